#pragma once
// Which columns of a file with entity tags hold the token, the tag, the sentence.

#include <cstddef>
#include <limits>

#include "lemma/data/tagged_sentences.h"
#include "tag_table.h"

namespace lemma::data {

inline constexpr size_t kNoColumn = std::numeric_limits<size_t>::max();

struct TagColumns {
  size_t token = 0, tag = 1;
  size_t sentence = kNoColumn;  ///< a new value, or a blank after one, tells where a sentence begins
  bool counted = false;         ///< the first column counts tokens
};

/// By the options, or else by the header's names, or else: the token is the first column that does not count tokens,
/// and the tag the last one, or the only one that holds tags. Throws IoError for a column that does not exist, and
/// where several columns hold entity tags.
TagColumns tag_columns_of(const TagTable& table, const std::string& path, const TaggedSentenceOptions& options);

}  // namespace lemma::data
