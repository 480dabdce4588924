#pragma once
// Records of separated fields (RFC 4180): quoted fields may hold separators, newlines and doubled quotes.

#include <cstdint>
#include <string>
#include <vector>

#include "lemma/data/odd_lines.h"
#include "lemma/data/text_file.h"

namespace lemma::data {

/// One row of a table and the line it begins on.
struct Row {
  std::vector<std::string> fields;
  int64_t line = 0;
};

struct CsvOptions {
  char separator = ',';
  bool keep_blank = false;  ///< blank lines become rows of one empty field
};

/// The records of a file; blank lines are skipped. Blanks between a separator and a quote do not count. Throws IoError
/// with the line of a quote that is never closed or of text after a closing quote; where `odd` says so, that line is
/// left out instead.
std::vector<Row> parse_csv(const TextFile& file, OddLines& odd, const CsvOptions& options = {});

/// Each line cut at every separator, where quotes mean nothing.
std::vector<Row> split_lines(const TextFile& file, char separator);

/// "comma", "tab", "semicolon", "bar" or "at sign".
std::string separator_name(char separator);

}  // namespace lemma::data
