// Compositions of sums, products and bounds.
#include <cmath>
#include <limits>

#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/rounded_once.h"

namespace lemma {
namespace {
Tensor times(const Tensor& x, const Number& value) { return value == 1 ? x : x * value; }
}  // namespace

/// start + w (end - start), or end - (1 - w) (end - start) in the second half, so that w = 1 gives end exactly.
Tensor lerp(const Tensor& start, const Tensor& end, double weight) {
  check::floating("lerp", start);
  check::floating("lerp", end);
  return rounded_once(
      "lerp",
      [&](const Tensor& a, const Tensor& b) {
        return weight < 0.5 ? a + (b - a) * weight : b + (b - a) * (weight - 1);
      },
      start, end);
}
Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight) {
  check::floating("lerp", start);
  check::floating("lerp", end);
  check::floating("lerp", weight);
  return rounded_once(
      "lerp",
      [](const Tensor& a, const Tensor& b, const Tensor& w) {
        const Tensor first_half = lt(w.detach(), 0.5);
        return where(first_half, a, b) + (b - a) * where(first_half, w, w - 1);
      },
      start, end, weight);
}

Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Number value) {
  for (const Tensor* t : {&x, &a, &b}) check::numeric("addcmul", *t);
  return rounded_once(
      "addcmul", [&](const Tensor& c, const Tensor& p, const Tensor& q) { return c + times(p, value) * q; }, x, a, b);
}
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, double value) {
  for (const Tensor* t : {&x, &a, &b}) check::floating("addcdiv", *t);
  return rounded_once(
      "addcdiv", [&](const Tensor& c, const Tensor& p, const Tensor& q) { return c + times(p, value) / q; }, x, a, b);
}

// masked_fill cuts the gradient beyond the bound and keeps it on the bound, as PyTorch does. A NaN in x stays, and a
// bound that is NaN gives NaN.
namespace {
Tensor bounded(const char* op, Tensor (*beyond)(const Tensor&, Number), const Tensor& x, const Number& bound) {
  const Composition result(op);
  check::numeric(op, x);
  check::whole(op, x, bound);
  if (bound != bound) return result(masked_fill(x, ones(x.shape(), {.dtype = boolean, .device = x.device()}), bound));
  return result(masked_fill(x, beyond(x.detach(), bound), bound));
}
}  // namespace
Tensor clamp_min(const Tensor& x, Number low) { return bounded("clamp_min", lemma::lt, x, low); }
Tensor clamp_max(const Tensor& x, Number high) { return bounded("clamp_max", lemma::gt, x, high); }

Tensor isinf(const Tensor& x) {
  check::defined("isinf", x);
  return is_floating(x.dtype()) ? eq(abs(x.detach()), INFINITY)
                                : zeros(x.shape(), {.dtype = boolean, .device = x.device()});
}
Tensor isfinite(const Tensor& x) {
  check::defined("isfinite", x);
  return is_floating(x.dtype()) ? lt(abs(x.detach()), INFINITY)
                                : ones(x.shape(), {.dtype = boolean, .device = x.device()});
}

namespace {
double largest(DType dtype) {
  switch (dtype) {
    case DType::float64:
      return std::numeric_limits<double>::max();
    case DType::float16:
      return 65504;
    case DType::bfloat16:
      return 0x1.FEp127;
    default:
      return static_cast<double>(std::numeric_limits<float>::max());
  }
}
}  // namespace

Tensor nan_to_num(const Tensor& x, double nan, std::optional<double> posinf, std::optional<double> neginf) {
  const Composition result("nan_to_num");
  check::defined("nan_to_num", x);
  if (!is_floating(x.dtype())) return clone(x);
  const Tensor seen = x.detach();
  const Tensor y =
      masked_fill(masked_fill(x, isnan(seen), nan), eq(seen, INFINITY), posinf.value_or(largest(x.dtype())));
  return result(masked_fill(y, eq(seen, -INFINITY), neginf.value_or(-largest(x.dtype()))));
}

}  // namespace lemma
