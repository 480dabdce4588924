#pragma once
/// Sentiment: one label per text, scored by accuracy.

#include "lemma/tasks/text/corpus.h"
#include "lemma/tasks/text/encoder.h"

namespace lemma::tasks {

/// logits = fc(dropout(mean of the real tokens)).  (B, C)
class SentimentModel : public TextModel {
 public:
  using TextModel::TextModel;
  Tensor operator()(const data::Batch& batch, std::vector<Tensor>* attention = nullptr) const override;
};

/// Reads both files and scores the baselines: the most frequent label, and naive Bayes. With an empty `dev_path` a
/// tenth of each class of the training file is held out, drawn with a fixed seed. Throws IoError naming file and line.
TextCorpora read_sentiment(const std::string& train_path, const std::string& dev_path,
                           const train::ReadOptions& how = {});

/// The task `sentiment`.
const train::Task& sentiment();

}  // namespace lemma::tasks
