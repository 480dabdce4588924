// Views of a part and their adjoint "place": slice <-> place, pad <-> narrow.
#include <algorithm>

#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "ops/check.h"
#include "tape/record.h"

namespace lemma {
namespace {

template <class View>
Tensor place(const char* op, const Tensor& part, const Shape& shape, View view);

// A part of x in which no element appears twice. `view` turns an array of x's shape into the part.
template <class View>
Tensor part_of(const char* op, const Tensor& x, View view) {
  return record(op, {x}, view(x.array()),
                [op, view](const Tensor& g, const Node& node) { return place(op, g, node.input_shape(0), view); });
}

// The adjoint: zeros of the whole shape with `part` put where the view looks.
template <class View>
Tensor place(const char* op, const Tensor& part, const Shape& shape, View view) {
  Array whole(shape, part.dtype(), part.device());
  kernels::fill(whole, 0);
  kernels::copy(view(whole), part.array());
  return record("place", {part}, whole, [op, view](const Tensor& g) { return part_of(op, g, view); });
}

struct SliceView {
  int dim;
  int64_t start, length, step;
  Array operator()(const Array& a) const {
    Shape shape = a.shape();
    Strides strides = a.strides();
    const int64_t offset = a.offset() + (length > 0 ? start * strides[dim] : 0);
    shape[dim] = length;
    if (length > 1) strides[dim] *= step;
    return a.view(shape, strides, offset);
  }
};

struct SelectView {
  int dim;
  int64_t index;
  Array operator()(const Array& a) const { return a.select(dim, index); }
};

struct DiagonalView {
  int dim1, dim2;
  int64_t offset;
  Array operator()(const Array& a) const {
    const int64_t rows = a.shape()[dim1], cols = a.shape()[dim2];
    const int64_t length =
        std::max<int64_t>(0, offset >= 0 ? std::min(rows, cols - offset) : std::min(rows + offset, cols));
    // A diagonal beyond the matrix has no elements, and nowhere to begin.
    const int64_t skip = length == 0 ? 0 : offset >= 0 ? offset * a.strides()[dim2] : -offset * a.strides()[dim1];
    Shape shape = a.shape();
    Strides strides = a.strides();
    const int64_t step = strides[dim1] + strides[dim2];
    for (int d : {std::max(dim1, dim2), std::min(dim1, dim2)}) {
      shape.erase(d);
      strides.erase(d);
    }
    shape.push_back(length);
    strides.push_back(step);
    return a.view(shape, strides, a.offset() + skip);
  }
};

struct FlipView {
  Dims dims;
  Array operator()(const Array& a) const {
    Strides strides = a.strides();
    int64_t offset = a.offset();
    for (int64_t d : dims) {
      const int i = static_cast<int>(d);
      offset += std::max<int64_t>(0, a.shape()[i] - 1) * strides[i];
      strides[i] = -strides[i];
    }
    return a.view(a.shape(), strides, offset);
  }
};

}  // namespace

Tensor narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length) {
  check::defined("narrow", x);
  const int d = normalize_dim("narrow", dim, x.shape());
  const int64_t size = x.shape()[d], from = start < 0 ? start + size : start;
  if (from < 0 || from > size || length < 0 || length > size - from)
    throw ShapeError("narrow",
                     fmt::format("start {} and length {} do not fit into dim {} of {}, which has size {}", start,
                                 length, d, x.shape().str(), size),
                     {x.shape()});
  return part_of("slice", x, SliceView{d, from, length, 1});
}

Tensor slice(const Tensor& x, int64_t dim, int64_t start, int64_t end, int64_t step) {
  check::defined("slice", x);
  const int d = normalize_dim("slice", dim, x.shape());
  if (step < 1)
    throw ShapeError("slice", fmt::format("step must be at least 1, got {}; use flip() to go backwards", step),
                     {x.shape()});
  const int64_t size = x.shape()[d];
  const int64_t from = std::clamp<int64_t>(start < 0 ? start + size : start, 0, size);
  const int64_t to = std::clamp<int64_t>(end < 0 ? end + size : end, from, size);
  return part_of("slice", x, SliceView{d, from, from == to ? 0 : (to - from - 1) / step + 1, step});
}

Tensor select(const Tensor& x, int64_t dim, int64_t index) {
  check::defined("select", x);
  const int d = normalize_dim("select", dim, x.shape());
  const int64_t size = x.shape()[d];
  if (index < -size || index >= size)
    throw IndexError(
        "select",
        fmt::format("index {} is out of range for dim {} of {}, which has size {}", index, d, x.shape().str(), size),
        index, size);
  return part_of("select", x, SelectView{d, index < 0 ? index + size : index});
}

Tensor diagonal(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) {
  check::defined("diagonal", x);
  const int a = normalize_dim("diagonal", dim1, x.shape()), b = normalize_dim("diagonal", dim2, x.shape());
  if (a == b)
    throw ShapeError("diagonal", fmt::format("dims {} and {} of {} are the same dim", dim1, dim2, x.shape().str()),
                     {x.shape()});
  return part_of("diagonal", x, DiagonalView{a, b, offset});
}

/// y = x backwards along dims.    dL/dx = g backwards
Tensor flip(const Tensor& x, const Dims& dims) {
  check::defined("flip", x);
  if (dims.empty()) return clone(x);  // here, as in PyTorch, none is none
  const Dims flipped = normalize_dims("flip", dims, x.shape());
  const Array y(x.shape(), x.dtype(), x.device());
  kernels::copy(FlipView{flipped}(y), x.array());
  return record("flip", {x}, y, [flipped](const Tensor& g) { return flip(g, flipped); });
}

/// y = value around x along dim.    dL/dx = the part of g where x was
Tensor pad(const Tensor& x, int64_t dim, int64_t before, int64_t after, Number value) {
  check::defined("pad", x);
  const int d = normalize_dim("pad", dim, x.shape());
  if (before < 0 || after < 0)
    throw ShapeError("pad", fmt::format("sizes cannot be negative, got {} and {}; use narrow() to cut", before, after),
                     {x.shape()});
  check::whole("pad", x, value);
  Shape shape = x.shape();
  const int64_t length = shape[d];
  shape[d] = add_sizes("pad", add_sizes("pad", length, before), after);
  const Array whole(shape, x.dtype(), x.device());
  kernels::fill(whole, value);
  const SliceView inside{d, before, length, 1};
  kernels::copy(inside(whole), x.array());
  return record("pad", {x}, whole, [inside](const Tensor& g) { return part_of("slice", g, inside); });
}

}  // namespace lemma
