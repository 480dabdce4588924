#pragma once
/// What `lemma inspect` says about a file that reads.

#include <string>
#include <vector>

#include "lemma/tasks/text/corpus.h"

namespace lemma::tasks {

struct Inspected {
  std::string what;                  ///< "labelled texts, for lemma train sentiment"
  std::vector<std::string> columns;  ///< of a table
  std::string columns_text;          ///< which of them were taken, in words
  std::string classes = "labels";    ///< what the classes are called
  std::vector<std::string> options;  ///< those that would change how the file is read, a line each
};

/// Format, columns, classes with counts, the first examples, what was odd, and the options.
std::string inspection(const TextCorpus& corpus, const Inspected& about, const std::vector<std::string>& examples);

}  // namespace lemma::tasks
