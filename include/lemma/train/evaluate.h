#pragma once
/// A model's answers on a data set, and their score.

#include <string>
#include <vector>

#include "lemma/data/dataset.h"
#include "lemma/data/metrics.h"
#include "lemma/train/coder.h"
#include "lemma/train/models.h"

namespace lemma::train {

/// The best valid BIO sequence: the tags of largest summed log-probability in which every I-X follows B-X or I-X
/// (Viterbi). log_probs: (T, C) row by row; `labels` are the C tags.
std::vector<int64_t> best_tags(const std::vector<float>& log_probs, const std::vector<std::string>& labels);

struct Answer {
  std::vector<int64_t> labels;        ///< one class, or one tag per token
  std::vector<double> probabilities;  ///< of every class; empty for tags
  double loss = 0;                    ///< mean cross-entropy of this text; 0 if it has no labels
};

struct Evaluation {
  std::vector<Answer> answers;  ///< in the order of the data
  double loss = 0;              ///< mean over texts, or over tokens for tags
  double score = 0;             ///< accuracy, or F1
  data::NerScore ner;           ///< for tags
};

/// Runs the model in eval mode, without a tape; then restores its mode.
Evaluation evaluate(TextModel& model, const TextCoder& coder, const data::EncodedTexts& dataset);
/// Answers for texts without labels.
std::vector<Answer> answer(TextModel& model, const TextCoder& coder, const std::vector<data::Example>& examples);

/// The final report: a confusion table or per-type scores, and the `worst` mistakes with their lines in the file.
std::string report(const Corpus& corpus, const Evaluation& result, size_t worst = 5);

}  // namespace lemma::train
