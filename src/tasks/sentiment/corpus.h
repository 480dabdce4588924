#pragma once
/// Labelled texts as a corpus.

#include "lemma/data/labelled_texts.h"
#include "lemma/tasks/text/corpus.h"

namespace lemma::tasks {

TextCorpus corpus_of(const data::LabelledTexts& data);
/// How the task reads a file; `labels` as LabelledTextOptions has them.
data::LabelledTexts read_labelled(const std::string& path, bool replace_invalid, std::vector<std::string> labels);

}  // namespace lemma::tasks
