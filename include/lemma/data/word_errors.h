#pragma once
/// The word error rate: how many words must be changed to turn what was heard into what was said.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::data {

/// Of the fewest changes that turn `said` into `heard`: words replaced, words that `heard` adds, words that it leaves
/// out.
struct WordErrors {
  int64_t substitutions = 0, insertions = 0, deletions = 0;
  int64_t words = 0;  ///< of what was said
  int64_t errors() const { return substitutions + insertions + deletions; }
  /// errors / words; may exceed 1. Without a word said: 0 if nothing was heard, else infinite.
  double rate() const;
  WordErrors& operator+=(const WordErrors& other);  ///< of both texts together
};

/// Levenshtein's distance over words (1966), by the table d[i][j] = min(d[i-1][j-1] + (said_i != heard_j), d[i-1][j] +
/// 1, d[i][j-1] + 1).
WordErrors word_errors(std::span<const std::string> said, std::span<const std::string> heard);
WordErrors word_errors(std::span<const int64_t> said, std::span<const int64_t> heard);  ///< the same over numbers
/// The same over texts, whose words stand between blanks.
WordErrors word_errors(std::string_view said, std::string_view heard);

/// The words of a text, which stand between blanks, tabs or line ends.
std::vector<std::string> words_of(std::string_view text);

}  // namespace lemma::data
