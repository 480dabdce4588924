#include "lemma/core/array.h"

#include <limits>

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma {
namespace {

// Bytes of a tensor, refusing negative dims and products past 2^63.
size_t checked_bytes(const Shape& shape, DType dtype) {
  int64_t n = 1;
  bool too_large = false, has_zero = false;
  for (int64_t dim : shape) {
    if (dim < 0) throw ShapeError("tensor", fmt::format("dims cannot be negative, got {}", shape.str()), {shape});
    has_zero = has_zero || dim == 0;
    if (dim != 0 && n > std::numeric_limits<int64_t>::max() / 8 / dim)
      too_large = true;
    else
      n *= dim;
  }
  if (has_zero) return 0;
  if (too_large)
    throw ShapeError("tensor", fmt::format("{} has too many elements for one tensor", shape.str()), {shape});
  return static_cast<size_t>(n) * size_of(dtype);
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

Array Array::expand(const Shape& shape) const {
  Strides strides = Strides::filled(shape.rank(), 0);
  const int shift = shape.rank() - rank();
  for (int i = 0; i < rank(); ++i)
    if (shape_[i] != 1 || shape[i + shift] == 1) strides[i + shift] = strides_[i];
  return view(shape, strides, offset_);
}

}  // namespace lemma
