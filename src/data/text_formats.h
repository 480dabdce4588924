#pragma once
// Labelled texts that are no tables: JSON lines, fastText's lines, trees, `label sentence` lines.

#include <optional>
#include <string>
#include <vector>

#include "lemma/data/labelled_texts.h"
#include "lemma/data/odd_lines.h"
#include "lemma/data/text_file.h"

namespace lemma::data {

/// An example before labels have numbers.
struct Raw {
  std::string text, label;
  int64_t line;
};
struct Reading {
  std::vector<Raw> examples;
  std::string format;
  std::vector<std::string> columns = {};
  std::string text_column = {}, label_column = {};
};

/// Throws IoError for JSON that is not lines of objects: one list or object over the whole file, or a list a line.
void refuse_other_json(const TextFile& file, const std::vector<Line>& lines);

/// Each reads the (not blank) lines if most of them are of its kind, and says nothing otherwise. A line of another kind
/// is an odd one.

/// {"text": ..., "label": ...}: the fields are found by the names that columns have, or by the options. Throws IoError
/// for a field that is not found.
std::optional<Reading> read_json_lines(const TextFile& file, const std::vector<Line>& lines,
                                       const LabelledTextOptions& options, OddLines& odd);
/// __label__X sentence
std::optional<Reading> read_fasttext(const TextFile& file, const std::vector<Line>& lines, OddLines& odd);
/// (3 (2 It) (4 (2 's) (4 good))): the label of the root, the words in order.
std::optional<Reading> read_trees(const TextFile& file, const std::vector<Line>& lines, OddLines& odd);

}  // namespace lemma::data
