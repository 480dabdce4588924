#pragma once
/// Sentences with entity tags, from CoNLL files as they occur in practice.
///
/// Token first, tag last, or where the options or a header say; separated by tabs (tokens may then contain spaces, or
/// be empty), blanks or commas (with quotes), or written token/TAG; other columns are ignored, a first column that
/// merely counts tokens is skipped. A line of whitespace, or a new value in a sentence column, ends a sentence.
/// -DOCSTART- lines separate documents. A line that begins with "# " and is no row is a comment; others may begin with
/// a hashtag. IO, IOB1, BIO, BIOES, BMES and BILOU are recognised and become BIO; an I- without its B- begins an
/// entity, as in conlleval. docs/corpora.md has the rules.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lemma::data {

struct TaggedSentence {
  std::vector<std::string> tokens;
  std::vector<std::string> tags;  ///< valid BIO, as many as tokens
  int64_t document = 0;
  int64_t line = 0;  ///< of its first token, from 1
};

struct TaggedSentences {
  std::string path;
  std::string format;  ///< such as "tab-separated, 3 columns, the first counts tokens; BIO"
  std::string scheme;  ///< "IO", "IOB1", "BIO", "BIOES", "BMES" or "BILOU" as found
  std::vector<TaggedSentence> sentences;
  std::vector<std::string> types;    ///< sorted by bytes
  std::vector<int64_t> type_counts;  ///< entities per type
  int64_t documents = 1;
  int64_t tokens = 0;
  int64_t entities = 0;
  int64_t repaired = 0;                   ///< entities that began with I- in a file that uses B-
  int64_t replaced = 0;                   ///< invalid bytes replaced by U+FFFD
  int64_t skipped = 0;                    ///< lines left out because they did not read
  std::vector<std::string> notes = {};    ///< what was left out or read in another way than it is written, in words
  std::vector<std::string> columns = {};  ///< their names, or 1, 2, ...
  std::string token_column = {}, tag_column = {};
};

struct TaggedSentenceOptions {
  bool replace_invalid = false;
  std::vector<std::string> types =
      {};                    ///< the types of the training data; any other is an error. Empty: all, at least one
  bool other_types = false;  ///< types beyond `types` are read like any other instead
  std::string token_column = {}, tag_column = {};  ///< by name, or by number from 1; empty: found
  bool skip_bad_lines = false;                     ///< lines that do not read are left out and counted
  bool fold_case = false;  ///< types that differ only by case are one, in the commonest spelling
};

/// Throws IoError naming path, line and what was expected.
TaggedSentences read_tagged_sentences(const std::string& path, const TaggedSentenceOptions& options = {});

/// The first `fraction` of the sentences, and the rest; if there are several documents, none is cut in two (the cut
/// moves to the nearest document boundary). Throws ValueError unless both parts get a sentence.
std::pair<TaggedSentences, TaggedSentences> split(const TaggedSentences& data, double fraction);

}  // namespace lemma::data
