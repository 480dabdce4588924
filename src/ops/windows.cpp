// Windows: unfold <-> fold, along one dim; several dims are one after the other.
#include "ops/windows.h"

#include "core/sizes.h"
#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "ops/check.h"
#include "tape/record.h"

namespace lemma {
namespace {

// The same place in every window: no two of them share an element there.
Array at_place(const Array& whole, int dim, int64_t begin, int64_t count, int64_t step) {
  Shape shape = whole.shape();
  Strides strides = whole.strides();
  const int64_t offset = whole.offset() + begin * strides[dim];
  shape[dim] = count;
  if (count > 1) strides[dim] *= step;
  return whole.view(shape, strides, offset);
}

}  // namespace

Tensor fold(const Tensor& windows, const Shape& shape, int dim, int64_t step, int64_t spacing) {
  if (is_half(windows.dtype()))  // many pieces, one rounding
    return cast(fold(cast(windows, DType::float32), shape, dim, step, spacing), windows.dtype());
  const Array whole(shape, windows.dtype(), windows.device());
  kernels::fill(whole, 0);
  const int64_t count = windows.shape()[dim], size = windows.shape().back();
  for (int64_t i = 0; i < size && count > 0; ++i)
    kernels::binary_inplace(Binary::Add, at_place(whole, dim, i * spacing, count, step),
                            windows.array().select(windows.dim() - 1, i));
  const int64_t reached = count > 0 ? (count - 1) * step + (size - 1) * spacing + 1 : 0;  // `shape` may be longer
  return record("fold", {windows}, whole, [=](const Tensor& g, const Node& node) {
    if (count == 0) return zeros(node.input_shape(0), {.dtype = g.dtype(), .device = g.device()});
    return lemma::windows("unfold", narrow(g, dim, 0, reached), dim, size, step, spacing);
  });
}

Tensor windows(const char* op, const Tensor& x, int dim, int64_t size, int64_t step, int64_t spacing) {
  Shape shape = x.shape();
  Strides strides = x.strides();
  const int64_t span = (size - 1) * spacing + 1;
  shape[dim] = (shape[dim] - span) / step + 1;
  shape.push_back(size);
  strides.push_back(strides[dim] * (size > 1 ? spacing : 1));
  if (shape[dim] > 1) strides[dim] *= step;  // a single window may have any step
  check_elements(op, shape);
  return record("unfold", {x}, x.array().view(shape, strides, x.array().offset()),
                [=](const Tensor& g, const Node& node) { return fold(g, node.input_shape(0), dim, step, spacing); });
}

Tensor unfold(const Tensor& x, int64_t dim, int64_t size, int64_t step) {
  check::defined("unfold", x);
  const int d = normalize_dim("unfold", dim, x.shape());
  if (size < 1 || step < 1 || size > x.shape()[d])
    throw ShapeError("unfold",
                     fmt::format("windows of {} every {} do not fit into dim {} of {}", size, step, d, x.shape().str()),
                     {x.shape()});
  return windows("unfold", x, d, size, step, 1);
}

Dims for_each_dim(const char* op, const char* what, const Dims& given, int dims, int64_t least) {
  if (given.rank() != 1 && given.rank() != dims)
    throw ValueError(op, fmt::format("{} has {} numbers; expected one, or {}, one for each dim that it slides along",
                                     what, given.rank(), dims));
  for (const int64_t value : given)
    if (value < least) throw ValueError(op, fmt::format("{} is {}; expected {} or more", what, value, least));
  return given.rank() == dims ? given : Dims::filled(dims, given[0]);
}

void check_room(const Dims& sizes, const Tensor& x) {
  const Array room(Shape(sizes.to_vector()), x.dtype(), x.device());
}

Tensor padded(const char* op, const Tensor& x, const Sliding& slide, Number value) {
  Tensor y = x;
  for (int i = 0; i < slide.size.rank(); ++i)
    if (slide.padding[i] > 0) y = pad(y, 2 + i, slide.padding[i], slide.padding[i], value);
  for (int i = 0; i < slide.size.rank(); ++i) {
    const int64_t span = add_sizes(op, multiply_sizes(op, slide.size[i] - 1, slide.spacing[i]), 1);
    if (span > y.size(2 + i))
      throw ShapeError(op,
                       fmt::format("a window of {} does not fit into dim {} of {}, which has {} with its padding of {}",
                                   span, 2 + i, x.shape().str(), y.size(2 + i), slide.padding[i]),
                       {x.shape()});
  }
  return y;
}

Tensor windows_of(const char* op, const Tensor& x, const Sliding& slide, Number value) {
  Tensor y = padded(op, x, slide, value);
  for (int i = 0; i < slide.size.rank(); ++i) y = windows(op, y, 2 + i, slide.size[i], slide.step[i], slide.spacing[i]);
  return y;
}

}  // namespace lemma
