#pragma once
/// Labelled texts as a corpus.

#include "lemma/data/labelled_texts.h"
#include "lemma/tasks/text/corpus.h"

namespace lemma::tasks {

TextCorpus corpus_of(const data::LabelledTexts& data);
/// How the task reads a file; `labels` as LabelledTextOptions has them.
data::LabelledTexts read_labelled(const std::string& path, const train::ReadOptions& how,
                                  std::vector<std::string> labels);
/// How a file is understood, for `lemma inspect`.
std::string inspect_sentiment(const std::string& path, const train::ReadOptions& how);

}  // namespace lemma::tasks
