#pragma once
/// Broadcasting as a recorded view.

#include "lemma/tensor.h"

namespace lemma {

/// x itself if it has that shape already, else expand(x, shape).
Tensor broadcast_to(const Tensor& x, const Shape& shape);

}  // namespace lemma
