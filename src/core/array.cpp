#include "lemma/core/array.h"

#include <fmt/format.h>

#include "core/sizes.h"
#include "lemma/core/error.h"

namespace lemma {
namespace {

// Bytes of a tensor, refusing negative dims and too many elements.
size_t checked_bytes(const Shape& shape, DType dtype) {
  for (int64_t dim : shape)
    if (dim < 0) throw ShapeError("tensor", fmt::format("dims cannot be negative, got {}", shape.str()), {shape});
  check_elements("tensor", shape);
  return static_cast<size_t>(shape.numel()) * size_of(dtype);
}

}  // namespace

Array::Array(const Shape& shape, DType dtype, Device device)
    : storage_(Storage::allocate(checked_bytes(shape, dtype), device)),
      shape_(shape),
      strides_(contiguous_strides(shape)),
      dtype_(dtype) {}

bool Array::is_contiguous() const {
  int64_t step = 1;
  for (int i = rank() - 1; i >= 0; --i) {
    if (shape_[i] == 0) return true;
    if (shape_[i] != 1 && strides_[i] != step) return false;
    step *= shape_[i];
  }
  return true;
}

Array Array::select(int dim, int64_t index) const {
  Shape shape = shape_;
  Strides strides = strides_;
  shape.erase(dim);
  strides.erase(dim);
  return view(shape, strides, offset_ + index * strides_[dim]);
}

Array Array::expand(const Shape& shape) const {
  Strides strides = Strides::filled(shape.rank(), 0);
  const int shift = shape.rank() - rank();
  for (int i = 0; i < rank(); ++i)
    if (shape_[i] != 1 || shape[i + shift] == 1) strides[i + shift] = strides_[i];
  return view(shape, strides, offset_);
}

}  // namespace lemma
