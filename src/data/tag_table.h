#pragma once
// Rows of a file with entity tags before anybody knows which column is which: however they are separated.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lemma/data/odd_lines.h"
#include "lemma/data/text_file.h"

namespace lemma::data {

struct TagRow {
  std::vector<std::string> fields;
  int64_t line = 0;
};
struct TagBlock {
  std::vector<TagRow> rows;
  int64_t document = 0;
};
struct TagTable {
  char separator = ' ';  ///< a tab, a comma, a space for any blanks, a slash for token/TAG
  size_t columns = 0;
  std::vector<TagBlock> blocks;     ///< sentences, each with a row or more
  std::vector<std::string> header;  ///< names of the columns, where the first row has them
  int64_t comments = 0;             ///< lines left out as such
  int64_t words_of_many = 0;        ///< CoNLL-U's multiword tokens and empty nodes, left out
  int64_t repaired = 0;             ///< rows separated by blanks in a file of tabs
};

/// A blank line ends a sentence, -DOCSTART- a document. Lines that begin with "# " or "-- " and are no rows are
/// comments. Throws IoError for rows of another length, unless `odd` leaves them out, and for a file without a row.
TagTable read_tag_table(const TextFile& file, OddLines& odd);

/// What an error calls the separator: "a tab".
std::string separator_text(char separator);

}  // namespace lemma::data
