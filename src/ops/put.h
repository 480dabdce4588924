#pragma once
/// What scatter and index_put share.

#include "lemma/tensor.h"

namespace lemma {

/// x with values where `places` point, by number in row-major order; places and values have equal shapes. Of several
/// for one place the last counts, and it alone has a gradient; the caller knows whether all are `distinct`.
Tensor put(const Tensor& x, const Tensor& places, const Tensor& values, bool distinct);

}  // namespace lemma
