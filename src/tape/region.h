#pragma once
/// A view seen from its base: where its elements lie in a contiguous tensor of the base's shape.

#include "lemma/tensor.h"

namespace lemma {

struct Region {
  Shape shape;
  Strides strides;
  int64_t offset = 0;
  /// Where view lies in base. Throws GradError if the base is not contiguous: then offsets say nothing about its dims.
  static Region of(const char* op, const Array& base, const Array& view);
  /// Requires: contiguous.
  Array in(const Array& whole) const { return whole.view(shape, strides, whole.offset() + offset); }
};

/// Is each element one of its own in memory? After `expand`, and in overlapping windows, several are one.
bool elements_are_distinct(const Array& a);

/// The elements of the region.    dL/dwhole = zeros with g put there; where elements are one in memory, g adds up
Tensor part_of(const Tensor& whole, const Region& region);
/// The other elements: zeros in the region.    dL/dwhole = g without it
Tensor without(const Tensor& whole, const Region& region);

}  // namespace lemma
