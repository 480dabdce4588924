#pragma once
/// What a model trained with CTC says: from the log-probabilities of each step to labels, and to their times.

#include <cstdint>
#include <vector>

#include "lemma/tensor.h"

namespace lemma::nn {

/// The likeliest class of each step, repeats as one, without blanks. log_probs: (T, C). Throws ShapeError, and
/// IndexError for a blank that is no class; so do the others.
std::vector<int64_t> ctc_greedy(const Tensor& log_probs, int64_t blank = 0);

struct CtcHypothesis {
  std::vector<int64_t> labels;
  double log_prob = 0;  ///< of all ways of saying them that the search kept
};
/// The likeliest label sequences, best first. Unlike ctc_greedy it adds up the ways of saying a sequence: after each
/// step it keeps the `width` likeliest prefixes, each with the probability of ending in a blank and of not doing so.
/// Graves & Jaitly, 2014; Hannun et al., "First-pass large vocabulary recognition using bi-directional recurrent DNNs",
/// 2014.
std::vector<CtcHypothesis> ctc_beam_search(const Tensor& log_probs, int64_t width, int64_t blank = 0);

/// The steps [begin, end) in which a label is said.
struct CtcSpan {
  int64_t begin = 0, end = 0;
};
/// The likeliest way of saying just these labels: one span for each, in order (Viterbi's algorithm). Throws ValueError
/// for labels that do not fit into the T steps.
std::vector<CtcSpan> ctc_align(const Tensor& log_probs, const std::vector<int64_t>& labels, int64_t blank = 0);

/// The fewest steps in which labels can be said: one each, and a blank between equal neighbours.
int64_t ctc_least_steps(const std::vector<int64_t>& labels);

}  // namespace lemma::nn
