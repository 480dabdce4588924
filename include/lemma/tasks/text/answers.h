#pragma once
/// A text model's answers.

#include <functional>
#include <vector>

#include "lemma/data/encoded_texts.h"
#include "lemma/tasks/text/encoder.h"

namespace lemma::tasks {

struct Answer {
  std::vector<int64_t> labels;        ///< one class, or a tag per token
  std::vector<double> probabilities;  ///< of every class; empty for tags
  double loss = 0;                    ///< mean cross-entropy of the labels that the model has; 0 without one
};

/// From the log-probabilities of one text, (C) or (T, C) row by row, and its labels, which may be empty.
using Decode =
    std::function<Answer(const float* log_probs, int64_t length, int64_t classes, const std::vector<int64_t>& gold)>;

/// Answers in the order of the examples. Runs the model in eval mode, without a tape; then restores its mode.
std::vector<Answer> answer(TextModel& model, const std::vector<data::Example>& examples, const Decode& decode);

}  // namespace lemma::tasks
