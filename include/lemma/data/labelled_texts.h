#pragma once
/// Labelled sentences from files as they occur in practice.
///
/// Read: `sentence<TAB>label` and `label<TAB>sentence`, with or without a header (GLUE); `label sentence` lines; CSV
/// with quotes, doubled quotes and newlines inside quoted fields, with or without a header. The format is found by
/// looking at the contents, and reported in `format`.

#include <cstdint>
#include <string>
#include <vector>

namespace lemma::data {

struct LabelledText {
  std::string text;   ///< as in the file, without surrounding blanks
  int64_t label = 0;  ///< index into LabelledTexts::labels
  int64_t line = 0;   ///< where it begins, from 1
};

struct LabelledTexts {
  std::string path;
  std::string format;  ///< such as "tab-separated, sentence first, with a header"
  std::vector<LabelledText> examples;
  std::vector<std::string> labels;  ///< numbers by value, then the rest by bytes
  std::vector<int64_t> counts;      ///< examples per label
  int64_t replaced = 0;             ///< invalid bytes replaced by U+FFFD
};

struct LabelledTextOptions {
  bool replace_invalid = false;          ///< Latin-1 and other non-UTF-8 bytes become U+FFFD instead of an error
  std::vector<std::string> labels = {};  ///< the labels of the training data: fixes their order; any other is an error
  std::string if_tags = {};              ///< advice about a file whose labels turn out to be entity tags
};

/// Throws IoError naming path, line and what was expected. Without `labels` in the options, two classes are required.
LabelledTexts read_labelled_texts(const std::string& path, const LabelledTextOptions& options = {});

/// The labels in order: first numbers by value, then the others by bytes; each once.
std::vector<std::string> ordered_labels(std::vector<std::string> labels);

}  // namespace lemma::data
