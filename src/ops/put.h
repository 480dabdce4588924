#pragma once
/// What scatter and index_put share.

#include "lemma/tensor.h"

namespace lemma {

/// x with values where `places` point, by number in row-major order; places and values have equal shapes. Of several
/// for one place the last counts, and it alone has a gradient; the caller knows whether all are `distinct`.
Tensor put(const Tensor& x, const Tensor& places, const Tensor& values, bool distinct);

/// Values for a place of so many dims: as in PyTorch, leading dims of size 1 that it lacks are dropped.
Tensor without_ones(Tensor values, int dims);

}  // namespace lemma
