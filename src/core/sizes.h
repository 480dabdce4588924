#pragma once
/// How many elements a tensor may have.

#include "lemma/core/shape.h"

namespace lemma {

/// Throws ShapeError where a tensor of this shape would have too many elements. Dims of size 0 count as 1: an empty
/// tensor has strides too, and views of it have shapes.
void check_elements(const char* op, const Shape& shape);

}  // namespace lemma
