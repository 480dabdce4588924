#pragma once
/// What an entity model gets right and wrong, for people.

#include "lemma/data/metrics.h"
#include "lemma/tasks/text/answers.h"
#include "lemma/tasks/text/corpus.h"

namespace lemma::tasks {

/// Tags by name.
std::vector<std::string> tag_names(const std::vector<int64_t>& tags, const std::vector<std::string>& labels);

/// Scores by type, and the worst mistakes with their lines in the file.
std::string report(const TextCorpus& corpus, const std::vector<Answer>& answers, const data::EntityScore& score,
                   size_t worst);

}  // namespace lemma::tasks
