#pragma once
/// gather for indices that are known to be in range.

#include "lemma/tensor.h"

namespace lemma {

/// gather(x, dim, index) without its checks, which would wait for the device to look at every index.
Tensor gathered(const Tensor& x, int dim, const Tensor& index);

}  // namespace lemma
