#pragma once
/// Tagged sentences as a corpus.

#include "lemma/data/tagged_sentences.h"
#include "lemma/tasks/text/corpus.h"

namespace lemma::tasks {

/// How the task reads a file; `types` are those of the training data, but others are read too.
data::TaggedSentences read_tagged(const std::string& path, const train::ReadOptions& how,
                                  const std::vector<std::string>& types = {});
/// How a file is understood, for `lemma inspect`.
std::string inspect_ner(const std::string& path, const train::ReadOptions& how);

/// `tags`: those of a model. Those of other types in the data come after them in `labels`, which a model never answers.
TextCorpus corpus_of(const data::TaggedSentences& data, const std::vector<std::string>& tags);

}  // namespace lemma::tasks
