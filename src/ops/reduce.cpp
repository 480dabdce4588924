// Sums, extremes and what follows from them.
#include <cmath>

#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "ops/check.h"
#include "ops/composition.h"
#include "ops/gathered.h"
#include "ops/mixed.h"
#include "tape/record.h"

namespace lemma {
namespace {

Tensor drop_dims(const Tensor& x, const Dims& dims, bool keepdim) {
  if (keepdim) return x;
  Shape shape;
  for (int i = 0; i < x.dim(); ++i)
    if (!dims.contains(i)) shape.push_back(x.shape()[i]);
  return reshape(x, shape);
}

// `dims` of x as 1: the shape of a reduction's result before they are dropped.
Shape reduced_shape(const Tensor& x, const Dims& dims) {
  Shape shape = x.shape();
  for (int64_t d : dims) shape[static_cast<int>(d)] = 1;
  return shape;
}
// A kernel's result, without its dims of size 1 unless they are to be kept.
Array without(const Array& y, const Dims& dims, bool keepdim) {
  if (keepdim) return y;
  Shape shape;
  for (int i = 0; i < y.rank(); ++i)
    if (!dims.contains(i)) shape.push_back(y.shape()[i]);
  return y.view(shape, contiguous_strides(shape), y.offset());
}

void not_empty(const char* op, const Tensor& x, const Dims& dims) {
  for (int64_t d : dims)
    if (x.shape()[static_cast<int>(d)] == 0)
      throw ShapeError(op,
                       fmt::format("dim {} of {} is empty: it has no largest or smallest element", d, x.shape().str()),
                       {x.shape()});
}

// The largest of nothing is what any number is larger than, as in ONNX; the smallest likewise.
Array of_nothing(Reduce kernel, const Tensor& x, const Shape& shape) {
  const bool low = kernel == Reduce::Max;
  const Number number =
      is_floating(x.dtype()) ? Number(low ? -INFINITY : INFINITY) : Number(low ? INT64_MIN : INT64_MAX);
  return full(shape, number, {.dtype = x.dtype(), .device = x.device()}).array();
}

// Every extreme element gets an even share of the gradient.
Tensor extreme(const char* op, Reduce kernel, const Tensor& x, const Dims& wanted, bool keepdim) {
  check::defined(op, x);
  const Dims dims = normalize_dims(op, wanted, x.shape());
  if (x.dtype() == DType::boolean)  // is one true? is none false?
    return kernel == Reduce::Max ? ne(sum(x, dims, keepdim), 0) : eq(sum(logical_not(x), dims, keepdim), 0);
  const Array extremes =
      x.numel() == 0 ? of_nothing(kernel, x, reduced_shape(x, dims)) : kernels::reduce(kernel, x.array(), dims);
  return record(op, {x}, without(extremes, dims, keepdim),
                [dims, kept = reduced_shape(x, dims)](const Tensor& g, In<0> from, Out y) {
                  const Tensor seen = from.detach();  // where the result is NaN, the NaNs made it
                  const Tensor hit = logical_or(eq(seen, reshape(y.detach(), kept)), isnan(seen)).to(g.dtype());
                  return hit / sum(hit, dims, true) * reshape(g, kept);
                });
}

std::pair<Tensor, Tensor> extreme_at(const char* op, ArgReduce kernel, const Tensor& x, int64_t dim, bool keepdim) {
  const Composition result(op);
  check::defined(op, x);
  if (check::is_number(op, x, dim)) return {x, zeros({}, {.dtype = int64, .device = x.device()})};
  if (x.dtype() == DType::boolean) {
    const auto [values, index] = extreme_at(op, kernel, x.to(int64), dim, keepdim);
    return {values.to(boolean), index};
  }
  const int d = normalize_dim(op, dim, x.shape());
  not_empty(op, x, d);
  const Tensor index(kernels::arg_reduce(kernel, x.array(), d));
  const Tensor values = gathered(x, d, index);
  return result({drop_dims(values, d, keepdim), drop_dims(index, d, keepdim)});
}

double count(const Tensor& x, const Dims& dims) {
  double n = 1;
  for (int64_t d : dims) n *= static_cast<double>(x.shape()[static_cast<int>(d)]);
  return n;
}

}  // namespace

/// y = sum of x over dims.    dL/dx = g, expanded
Tensor sum(const Tensor& x, const Dims& wanted, bool keepdim) {
  if (mixed::widens(x)) return sum(mixed::wide(x), wanted, keepdim);
  check::defined("sum", x);
  if (x.dtype() == DType::boolean) return sum(x.to(int64), wanted, keepdim);  // counting, as in PyTorch
  const Dims dims = normalize_dims("sum", wanted, x.shape());
  return record("sum", {x}, without(kernels::reduce(Reduce::Sum, x.array(), dims), dims, keepdim),
                [kept = reduced_shape(x, dims)](const Tensor& g, const Node& node) {
                  return expand(reshape(g, kept), node.input_shape(0));
                });
}
Tensor sum(const Tensor& x) { return sum(x, {}, false); }

Tensor mean(const Tensor& input, const Dims& wanted, bool keepdim) {
  Composition result("mean");
  const Tensor x = result.wide(input);
  check::floating("mean", x);
  const Dims dims = normalize_dims("mean", wanted, x.shape());
  return result(sum(x, dims, keepdim) / count(x, dims));
}
Tensor mean(const Tensor& x) { return mean(x, {}, false); }

namespace {
// The product of all elements of dim but the i-th, for every i, in O(n): elements are multiplied in pairs, and each
// gets its partner times the product of all other pairs. Nothing is divided, so zeros are harmless.
Tensor products_of_others(const Tensor& x, int dim) {
  const int64_t n = x.size(dim);
  if (n <= 1) return ones_like(x);
  if (n % 2 == 1) return narrow(products_of_others(pad(x, dim, 0, 1, 1), dim), dim, 0, n);
  const Tensor left = narrow(x, dim, 0, n / 2), right = narrow(x, dim, n / 2, n / 2);
  const Tensor others = products_of_others(left * right, dim);
  return cat({others * right, others * left}, dim);
}
}  // namespace

/// y = product of x along dim.    dL/dx_i = g times the product of the others
Tensor prod(const Tensor& x, int64_t dim, bool keepdim) {
  if (mixed::widens(x)) return prod(mixed::wide(x), dim, keepdim);
  check::defined("prod", x);
  if (x.dtype() == DType::boolean) return prod(x.to(int64), dim, keepdim);
  if (check::is_number("prod", x, dim)) return x;
  const int d = normalize_dim("prod", dim, x.shape());
  return record("prod", {x}, without(kernels::reduce(Reduce::Prod, x.array(), d), d, keepdim),
                [d, kept = reduced_shape(x, d)](const Tensor& g, In<0> from) {
                  return reshape(g, kept) * products_of_others(from, d);
                });
}
Tensor prod(const Tensor& x) { return prod(reshape(x, {-1}), 0, false); }

Tensor amax(const Tensor& x, const Dims& dims, bool keepdim) { return extreme("amax", Reduce::Max, x, dims, keepdim); }
Tensor amin(const Tensor& x, const Dims& dims, bool keepdim) { return extreme("amin", Reduce::Min, x, dims, keepdim); }
Tensor max(const Tensor& x) {
  check::defined("max", x);
  not_empty("max", x, normalize_dims("max", {}, x.shape()));
  return extreme("max", Reduce::Max, x, {}, false);
}
Tensor min(const Tensor& x) {
  check::defined("min", x);
  not_empty("min", x, normalize_dims("min", {}, x.shape()));
  return extreme("min", Reduce::Min, x, {}, false);
}
std::pair<Tensor, Tensor> max(const Tensor& x, int64_t dim, bool keepdim) {
  return extreme_at("max", ArgReduce::Max, x, dim, keepdim);
}
std::pair<Tensor, Tensor> min(const Tensor& x, int64_t dim, bool keepdim) {
  return extreme_at("min", ArgReduce::Min, x, dim, keepdim);
}
namespace {
Tensor place_of_extreme(const char* op, ArgReduce kernel, const Tensor& x, std::optional<int64_t> dim, bool keepdim) {
  check::defined(op, x);
  if (dim) return extreme_at(op, kernel, x.detach(), *dim, keepdim).second;
  const Tensor place = extreme_at(op, kernel, flatten(x.detach()), 0, false).second;
  return keepdim ? reshape(place, Shape::filled(x.dim(), 1)) : place;
}
}  // namespace
Tensor argmax(const Tensor& x, std::optional<int64_t> dim, bool keepdim) {
  return place_of_extreme("argmax", ArgReduce::Max, x, dim, keepdim);
}
Tensor argmin(const Tensor& x, std::optional<int64_t> dim, bool keepdim) {
  return place_of_extreme("argmin", ArgReduce::Min, x, dim, keepdim);
}

namespace {
// The sum of squares over n - correction.
Tensor spread(const Tensor& centred, const Dims& dims, int64_t correction, bool keepdim) {
  const double n = count(centred, dims) - static_cast<double>(correction);
  return sum(square(centred), dims, keepdim) / std::max(0.0, n);
}
}  // namespace

namespace {
// x without its mean, taken out twice: the first is rounded, and what that left is the mean of the rest. No gradient
// follows from it.
Tensor centre(const Tensor& x, const Dims& dims) {
  const Tensor rest = x - mean(x, dims, true);
  return x.numel() == 0 ? rest : rest - mean(rest.detach(), dims, true);
}
}  // namespace

/// The mean is taken out before squaring, so large means lose nothing.
Tensor var(const Tensor& input, const Dims& wanted, int64_t correction, bool keepdim) {
  Composition result("var");
  const Tensor x = result.wide(input);
  check::floating("var", x);
  const Dims dims = normalize_dims("var", wanted, x.shape());
  return result(spread(centre(x, dims), dims, correction, keepdim));
}

namespace {
// The largest |x| over dims, 1 where that is 0 or not finite: what squares are scaled by, so that they neither overflow
// nor vanish.
Tensor magnitude(const Tensor& x, const Dims& dims) {
  const Tensor largest = amax(abs(x.detach()), dims, true);
  return masked_fill(largest, logical_or(eq(largest, 0), logical_not(isfinite(largest))), 1);
}
// sqrt x, but with a gradient of 0 at 0: it is kept away from 0 there, and the result put back.
Tensor root(const Tensor& x) {
  const Tensor zero = eq(x.detach(), 0);
  return masked_fill(sqrt(masked_fill(x, zero, 1)), zero, 0);
}
}  // namespace

Tensor std(const Tensor& input, const Dims& wanted, int64_t correction, bool keepdim) {
  Composition result("std");
  const Tensor x = result.wide(input);
  check::floating("std", x);
  const Dims dims = normalize_dims("std", wanted, x.shape());
  if (x.numel() == 0) return result(root(var(x, dims, correction, keepdim)));
  const Tensor centred = centre(x, dims), scale = magnitude(centred, dims);
  return result(root(spread(centred / scale, dims, correction, keepdim)) * drop_dims(scale, dims, keepdim));
}

/// y = log sum e^x.    dL/dx = g e^(x - y): 0 where all are -inf, and shared by those that are inf
Tensor logsumexp(const Tensor& input, const Dims& wanted, bool keepdim) {
  Composition result("logsumexp");
  const Tensor x = result.wide(input);
  check::floating("logsumexp", x);
  const Dims dims = normalize_dims("logsumexp", wanted, x.shape());
  if (x.numel() == 0) return result(log(sum(exp(x), dims, keepdim)));
  const Tensor seen = x.detach(), largest = amax(seen, dims, true);
  const Tensor top = masked_fill(largest, isinf(largest), 0);  // inf - inf would be NaN
  const Tensor y = drop_dims(log(sum(exp(seen - top), dims, true)) + top, dims, keepdim);
  return result(
      record("logsumexp", {x}, y.array(), [dims, kept = reduced_shape(x, dims)](const Tensor& g, In<0> from, Out out) {
        const Tensor total = reshape(out, kept), value = total.detach();
        const Tensor share = exp(from - masked_fill(total, isinf(value), 0));
        const Tensor endless = eq(from.detach(), INFINITY).to(g.dtype());
        return reshape(g, kept) * where(eq(value, INFINITY), endless / sum(endless, dims, true), share);
      }));
}

Tensor norm(const Tensor& input, const Dims& wanted, bool keepdim) {
  Composition result("norm");
  const Tensor x = result.wide(input);
  check::floating("norm", x);
  const Dims dims = normalize_dims("norm", wanted, x.shape());
  if (x.numel() == 0) return result(root(sum(square(x), dims, keepdim)));
  const Tensor scale = magnitude(x, dims);
  return result(root(sum(square(x / scale), dims, keepdim)) * drop_dims(scale, dims, keepdim));
}
Tensor norm(const Tensor& x) { return norm(x, {}, false); }

/// y_i = x_0 + ... + x_i.    dL/dx_i = g_i + ... + g_n
static Tensor running_sum(const Tensor& x, int dim, bool reverse) {
  return record("cumsum", {x}, kernels::scan(Scan::Sum, x.array(), dim, reverse),
                [dim, reverse](const Tensor& g) { return running_sum(g, dim, !reverse); });
}
Tensor cumsum(const Tensor& x, int64_t dim) {
  if (mixed::widens(x)) return cumsum(mixed::wide(x), dim);
  check::defined("cumsum", x);
  if (x.dtype() == DType::boolean) return cumsum(x.to(int64), dim);
  if (check::is_number("cumsum", x, dim)) return x;
  return running_sum(x, normalize_dim("cumsum", dim, x.shape()), false);
}

}  // namespace lemma
