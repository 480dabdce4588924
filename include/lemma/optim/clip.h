#pragma once
/// Clipping: keeps one bad batch from throwing the weights far away.

#include <vector>

#include "lemma/tensor.h"

namespace lemma::optim {

/// Total norm = sqrt(sum of squares over all gradients); if it exceeds max_norm, every gradient is multiplied
/// by max_norm / (total + 1e-6). Returns the norm before clipping; parameters without a gradient do not count. Throws
/// GradError for a NaN or infinite norm if asked, naming the first such gradient; ValueError for max_norm < 0.
double clip_grad_norm_(const std::vector<Tensor>& params, double max_norm, bool error_if_nonfinite = false);

/// The same norm without clipping.
double grad_norm(const std::vector<Tensor>& params);

}  // namespace lemma::optim
