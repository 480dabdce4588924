#pragma once
/// Broadcasting as a recorded view, and numbers as arrays.

#include "lemma/tensor.h"

namespace lemma {

/// x itself if it has that shape already, else expand(x, shape).
Tensor broadcast_to(const Tensor& x, const Shape& shape);
/// One element of x's dtype and device, expanded to x's shape with stride 0. A fraction for an int64 tensor is an
/// error.
Array scalar_array(const char* op, const Tensor& x, double value);

}  // namespace lemma
