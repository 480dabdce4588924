#pragma once
/// Named entities: one BIO tag per token, scored by the F1 of whole entities.

#include "lemma/tasks/text/corpus.h"
#include "lemma/tasks/text/encoder.h"

namespace lemma::tasks {

/// logits = fc(dropout(token)).  (B, T, C)
class NerModel : public TextModel {
 public:
  using TextModel::TextModel;
  Tensor operator()(const data::Batch& batch, std::vector<Tensor>* attention = nullptr) const override;
};

/// Reads both files and scores the baselines: each token's most frequent tag, and the entities of the training file.
/// With an empty `dev_path` the last tenth of the training file is held out, between documents where it has several.
/// Throws IoError naming file and line.
TextCorpora read_ner(const std::string& train_path, const std::string& dev_path, const train::ReadOptions& how = {});

/// The task `ner`.
const train::Task& ner();

}  // namespace lemma::tasks
