#pragma once
/// Tagged sentences as a corpus.

#include "lemma/data/tagged_sentences.h"
#include "lemma/tasks/text/corpus.h"

namespace lemma::tasks {

/// `tags`: those of a model, which include those of the data.
TextCorpus corpus_of(const data::TaggedSentences& data, const std::vector<std::string>& tags);

}  // namespace lemma::tasks
