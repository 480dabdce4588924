// Counts: how often each integer occurs, and how many numbers fall into each of equal intervals.
#include <algorithm>
#include <cmath>

#include "lemma/ops.h"
#include "ops/check.h"

namespace lemma {

/// y[i] = the number of elements that are i, or the sum of their weights.
Tensor bincount(const Tensor& x, const Tensor& weights, int64_t minlength) {
  check::integers("bincount", "the input", x);
  if (x.dim() != 1)
    throw ShapeError("bincount", fmt::format("the input must have one dim, got {}", x.shape().str()), {x.shape()});
  if (minlength < 0) throw ValueError("bincount", fmt::format("minlength cannot be negative, got {}", minlength));
  if (weights.defined()) {
    if (weights.shape() != x.shape())
      throw ShapeError(
          "bincount",
          fmt::format("weights {} and input {} must have the same shape", weights.shape().str(), x.shape().str()),
          {weights.shape(), x.shape()});
    check::same_device("bincount", "the input", x, "weights", weights);
  }
  int64_t n = minlength;
  if (x.numel() > 0) {  // the result's size depends on the values
    const int64_t smallest = min(x).to_vector<int64_t>()[0];
    if (smallest < 0) throw ValueError("bincount", fmt::format("counts integers from 0 up, got {}", smallest));
    n = std::max(n, add_sizes("bincount", max(x).to_vector<int64_t>()[0], 1));
  }
  const Tensor one = !weights.defined() ? ones_like(x) : weights.dtype() == float32 ? weights : weights.to(float64);
  return scatter_add(zeros({n}, {.dtype = one.dtype(), .device = x.device()}), 0, x, one);
}

Tensor histc(const Tensor& x, int64_t bins, double low, double high) {
  check::floating("histc", x);
  if (bins < 1) throw ValueError("histc", fmt::format("needs at least one bin, got {}", bins));
  const Tensor values = flatten(is_half(x.dtype()) ? x.detach().to(float32) : x.detach());
  if (low == high && values.numel() > 0) {
    low = min(values).item();
    high = max(values).item();
  }
  if (low == high) {
    low -= 1;
    high += 1;
  }
  if (!std::isfinite(low) || !std::isfinite(high))
    throw ValueError("histc", fmt::format("the range from {} to {} is not finite", low, high));
  if (low > high) throw ValueError("histc", fmt::format("min {} is above max {}", low, high));
  const Tensor inside = logical_and(ge(values, low), le(values, high));  // false for NaN
  const Tensor from_low = masked_fill(values, logical_not(inside), low) - low;
  const Tensor bin =
      clamp(floor(from_low * bins / (high - low)).to(int64), 0, bins - 1);  // the last one holds `high` too
  return scatter_add(zeros({bins}, {.dtype = int64, .device = x.device()}), 0, bin, inside.to(int64)).to(x.dtype());
}

}  // namespace lemma
