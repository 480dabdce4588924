#pragma once
// Columns of tokens and tags as they are in the file: tags in their own scheme, sentences, documents.

#include <cstdint>
#include <string>
#include <vector>

#include "lemma/data/odd_lines.h"
#include "lemma/data/tagged_sentences.h"
#include "lemma/data/text_file.h"

namespace lemma::data {

struct ConllRow {
  std::string token;
  std::string tag;  ///< "O", or B- I- E- S- and a type (U- is read as S-, L- as E-, M- as I-)
  int64_t line = 0;
};
struct ConllSentence {
  std::vector<ConllRow> rows;  ///< at least one
  int64_t document = 0;
};
struct ConllFile {
  std::string path;
  std::vector<ConllSentence> sentences;
  std::string format;                     ///< all but the scheme, in words
  std::string scheme;                     ///< IO, IOB1, BIO, BIOES, BMES or BILOU
  std::vector<std::string> columns = {};  ///< their names, or 1, 2, ...
  std::string token_column = {}, tag_column = {};
  std::vector<std::string> notes = {};  ///< what was left out or read in another way than it is written
};

/// Throws IoError with path, line and what was expected: one column, another number of columns than before, an empty or
/// unknown tag, several columns of tags, no sentence at all. `odd` says whether odd lines are left out instead.
ConllFile parse_conll(const TextFile& file, const TaggedSentenceOptions& options, OddLines& odd);

}  // namespace lemma::data
