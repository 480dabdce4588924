#pragma once
/// CTC: the loss of a model that says, at every step of a long signal, a label or nothing.

#include <vector>

#include "lemma/ops.h"

namespace lemma {

/// -ln of the probability that all ways of stretching a target over the T steps have together, where each step says a
/// class or the blank, and repeats count once: alpha_t(s) = (alpha_t-1(s) + alpha_t-1(s-1) [+ alpha_t-1(s-2)])
/// y_t(l_s), in logarithms. log_probs: (T, N, C), logarithms of probabilities; targets: int64 (N, S), padded with
/// anything; the lengths are those of the N signals and targets. A target that does not fit into its signal has an
/// infinite loss, or with zero_infinity none, and no gradient. Targets are read on the host, so a GPU need not have
/// them. The mean divides each by its target's length first, as PyTorch does. Throws ShapeError, DTypeError, ValueError
/// for lengths outside [0, T] and [0, S], IndexError for a label outside [0, C) or the blank. Graves et al.,
/// "Connectionist temporal classification", 2006.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const std::vector<int64_t>& input_lengths,
                const std::vector<int64_t>& target_lengths, int64_t blank = 0, Reduction reduction = Reduction::mean,
                bool zero_infinity = false);

}  // namespace lemma
