#pragma once
// Comma-separated records (RFC 4180): quoted fields may hold commas, newlines and doubled quotes.

#include <cstdint>
#include <string>
#include <vector>

#include "lemma/data/text_file.h"

namespace lemma::data {

/// One row of a table and the line it begins on.
struct Row {
  std::vector<std::string> fields;
  int64_t line = 0;
};

/// The records of a file; blank lines are skipped. Throws IoError with the line of a quote that is never closed or of
/// text after a closing quote.
std::vector<Row> parse_csv(const TextFile& file);

}  // namespace lemma::data
