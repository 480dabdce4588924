// Elements by their rank: median, k-th smallest, quantiles. NaN counts as the largest.
#include <algorithm>
#include <cmath>

#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/composition.h"

namespace lemma {
namespace {

// The elements whose places along `dim` stand in `index`, which has size 1 there.
std::pair<Tensor, Tensor> picked(const Tensor& x, int dim, const Tensor& index, bool keepdim) {
  const Tensor values = gather(x, dim, index);
  return keepdim ? std::pair{values, index} : std::pair{squeeze(values, dim), squeeze(index, dim)};
}

void not_empty(const char* op, const Tensor& x, int dim) {
  if (x.shape()[dim] == 0)
    throw ShapeError(op, fmt::format("dim {} of {} is empty: nothing has a rank there", dim, x.shape().str()),
                     {x.shape()});
}

Tensor number_like(const Tensor& x) { return zeros({}, {.dtype = int64, .device = x.device()}); }

}  // namespace

std::pair<Tensor, Tensor> kthvalue(const Tensor& x, int64_t k, int64_t dim, bool keepdim) {
  const Composition result("kthvalue");
  check::numeric("kthvalue", x);
  const bool number = check::is_number("kthvalue", x, dim);
  const int64_t n = number ? 1 : x.shape()[normalize_dim("kthvalue", dim, x.shape())];
  if (k < 1 || k > n)
    throw ShapeError("kthvalue",
                     fmt::format("k = {} is outside 1..{}, the size of dim {} of {}", k, n, dim, x.shape().str()),
                     {x.shape()});
  if (number) return {x, number_like(x)};
  const int d = normalize_dim("kthvalue", dim, x.shape());
  return result(picked(x, d, contiguous(narrow(argsort(x.detach(), d), d, k - 1, 1)), keepdim));
}

/// The lower of the two in the middle; the first NaN where there is one, which sorting has put behind all numbers.
std::pair<Tensor, Tensor> median(const Tensor& x, int64_t dim, bool keepdim) {
  const Composition result("median");
  check::numeric("median", x);
  if (check::is_number("median", x, dim)) return {x, number_like(x)};
  const int d = normalize_dim("median", dim, x.shape());
  not_empty("median", x, d);
  const int64_t n = x.shape()[d];
  const Tensor order = argsort(x.detach(), d), numbers = n - sum(isnan(x.detach()), d, true);
  const Tensor middle = full_like(numbers, (n - 1) / 2);
  return result(picked(x, d, gather(order, d, where(lt(numbers, n), numbers, middle)), keepdim));
}

/// Equal ones share the gradient, which amax sees to: below the median's equals there is only -inf.
Tensor median(const Tensor& x) {
  const Composition result("median");
  check::numeric("median", x);
  if (x.numel() == 0 && is_floating(x.dtype())) return result(sum(x) * NAN);
  const Tensor flat = flatten(x), middle = median(flat.detach(), 0).first;
  if (!is_floating(x.dtype())) return middle;
  const Tensor hit = logical_or(eq(flat.detach(), middle), isnan(flat.detach()));
  return result(amax(masked_fill(flat, logical_not(hit), -INFINITY), 0));
}

namespace {

// Along the last dim of sorted x (..., N), at ranks (Q): (..., Q).
Tensor at_ranks(const Tensor& x, const Tensor& rank, const std::string& how) {
  const Tensor below = floor(rank.detach()), above = -floor(-rank.detach());
  const auto pick = [&](const Tensor& at) { return index_select(x, -1, at.to(int64)); };
  if (how == "lower") return pick(below);
  if (how == "higher") return pick(above);
  if (how == "nearest") {  // halfway: the even one
    const Tensor up = rank.detach() - below, odd = below - floor(below / 2) * 2;
    return pick(where(logical_or(gt(up, 0.5), logical_and(eq(up, 0.5), eq(odd, 1))), above, below));
  }
  const Tensor a = pick(below), b = pick(above);
  const Tensor weight = how == "midpoint" ? full_like(rank, 0.5) : (rank - below).to(x.dtype());
  // Between equal infinities there is nothing to interpolate: inf - inf is NaN.
  const Tensor same = logical_and(eq(a.detach(), b.detach()), isinf(a));
  return where(same, a, lerp(masked_fill(a, same, 0), masked_fill(b, same, 0), weight));
}

}  // namespace

Tensor quantile(const Tensor& x, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                const std::string& interpolation) {
  const Composition result("quantile");
  check::floating("quantile", x);
  check::floating("quantile", q);
  if (is_half(x.dtype())) return cast(quantile(x.to(float32), q.to(float32), dim, keepdim, interpolation), x.dtype());
  check::same_type("quantile", x, q);
  static const std::vector<std::string> kKnown = {"linear", "lower", "higher", "midpoint", "nearest"};
  if (std::find(kKnown.begin(), kKnown.end(), interpolation) == kKnown.end())
    throw ValueError(
        "quantile",
        fmt::format("interpolation '{}' is not one of linear, lower, higher, midpoint, nearest", interpolation));
  if (q.dim() > 1)
    throw ShapeError("quantile", fmt::format("q must be a number or a vector, got {}", q.shape().str()), {q.shape()});
  if (!all(logical_and(ge(q.detach(), 0), le(q.detach(), 1))))
    throw ValueError("quantile", "q must lie in [0, 1], from the smallest to the largest");
  const bool whole = !dim || check::is_number("quantile", x, *dim);
  const Tensor lines = whole ? flatten(x) : movedim(x, normalize_dim("quantile", *dim, x.shape()), -1);  // (..., N)
  not_empty("quantile", lines, lines.dim() - 1);
  const int64_t n = lines.size(-1);
  const Tensor sorted = sort(lines, -1).first;
  // Ranks in x's dtype, as in PyTorch, while it can count that far.
  const Tensor rank = reshape(n > (1 << 24) ? q.to(float64) : q, {-1}) * (n - 1);
  Tensor y = at_ranks(sorted, rank, interpolation);                       // (..., Q)
  y = masked_fill(y, isnan(narrow(sorted.detach(), -1, n - 1, 1)), NAN);  // one NaN is enough
  if (keepdim) {
    Shape shape = whole ? Shape::filled(x.dim(), 1) : x.shape();
    if (!whole) shape[normalize_dim("quantile", *dim, x.shape())] = 1;
    y = movedim(y, -1, 0);
    shape.insert(0, y.size(0));
    y = reshape(whole ? y : unsqueeze(y, normalize_dim("quantile", *dim, x.shape()) + 1), shape);
  } else {
    y = movedim(y, -1, 0);
  }
  return result(q.dim() == 0 ? squeeze(y, 0) : y);
}
Tensor quantile(const Tensor& x, double q, std::optional<int64_t> dim, bool keepdim, const std::string& interpolation) {
  check::floating("quantile", x);
  return quantile(x, full({}, q, {.dtype = x.dtype(), .device = x.device()}), dim, keepdim, interpolation);
}

}  // namespace lemma
