#pragma once
// CoNLL columns as they are in the file: tokens, tags in their own scheme, sentences, documents.

#include <cstdint>
#include <string>
#include <vector>

#include "lemma/data/text_file.h"

namespace lemma::data {

struct ConllRow {
  std::string token;
  std::string tag;  ///< "O", or B- I- E- S- and a type (U- is read as S-, L- as E-)
  int64_t line = 0;
};
struct ConllSentence {
  std::vector<ConllRow> rows;  ///< at least one
  int64_t document = 0;
};
struct ConllFile {
  std::string path;
  std::vector<ConllSentence> sentences;
  bool tabs = false;     ///< separated by tabs, or else by blanks
  bool counted = false;  ///< the first column counted tokens and was skipped
  size_t columns = 0;    ///< as in the file
  std::string scheme;    ///< IO, IOB1, BIO, BIOES or BILOU
};

/// Throws IoError with path, line and what was expected: one column, another number of columns than before, an empty or
/// unknown tag, no sentence at all.
ConllFile parse_conll(const TextFile& file);

}  // namespace lemma::data
