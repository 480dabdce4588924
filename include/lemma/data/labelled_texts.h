#pragma once
/// Labelled sentences from files as they occur in practice.
///
/// Read: tables separated by tabs, commas, semicolons, bars or at signs, with or without a header, with quotes, doubled
/// quotes and newlines inside quoted fields; `label sentence` lines; JSON lines; fastText's `__label__X sentence`;
/// trees of the Stanford Sentiment Treebank. The format is found by looking at the contents, and reported in `format`.
/// docs/corpora.md has the rules.

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
  std::vector<std::string> labels;        ///< numbers by value, then the rest by bytes
  std::vector<int64_t> counts;            ///< examples per label
  int64_t replaced = 0;                   ///< invalid bytes replaced by U+FFFD
  int64_t empty = 0;                      ///< examples without a text, left out
  int64_t skipped = 0;                    ///< lines left out because they did not read
  std::vector<std::string> notes;         ///< what was left out, repaired or looks odd, in words
  std::vector<std::string> columns = {};  ///< of a table: their names, or 1, 2, ...
  std::string text_column, label_column;  ///< of a table: which of them were taken
};

struct LabelledTextOptions {
  bool replace_invalid = false;          ///< Latin-1 and other non-UTF-8 bytes become U+FFFD instead of an error
  std::vector<std::string> labels = {};  ///< the labels of the training data: fixes their order; any other is an error
  std::string if_tags = {};              ///< advice about a file whose labels turn out to be entity tags
  std::string text_column = {};          ///< of a table or of JSON: by name, or by number from 1; empty: found
  std::string label_column = {};
  bool skip_bad_lines = false;  ///< lines that do not read are left out and counted instead of an error
  bool fold_case = false;       ///< labels that differ only by case are one, in its most frequent spelling
};

/// Throws IoError naming path, line, what was expected and the option that helps. Without `labels` in the options, two
/// classes are required. Examples without a text are left out and counted; numbers such as 1 and 1.0 are one label.
LabelledTexts read_labelled_texts(const std::string& path, const LabelledTextOptions& options = {});

/// The labels in order: first numbers by value, then the others by bytes; each once.
std::vector<std::string> ordered_labels(std::vector<std::string> labels);

}  // namespace lemma::data
