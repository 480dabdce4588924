#include "lemma/data/word_errors.h"

#include <algorithm>
#include <limits>

namespace lemma::data {
namespace {

// Of equally cheap ways the one that jiwer (by rapidfuzz) takes: equal words at both ends are set aside; then, from the
// end, a word left out wherever that is cheapest, else one that was added where it must have been, else a pair.
template <class Word>
WordErrors count(std::span<const Word> said, std::span<const Word> heard) {
  WordErrors errors;
  errors.words = static_cast<int64_t>(said.size());
  while (!said.empty() && !heard.empty() && said.front() == heard.front())
    said = said.subspan(1), heard = heard.subspan(1);
  while (!said.empty() && !heard.empty() && said.back() == heard.back())
    said = said.first(said.size() - 1), heard = heard.first(heard.size() - 1);
  size_t i = said.size(), j = heard.size();
  std::vector<int64_t> costs((i + 1) * (j + 1));
  const auto cost = [&, width = j + 1](size_t row, size_t column) -> int64_t& { return costs[row * width + column]; };
  for (size_t row = 0; row <= i; ++row)
    for (size_t column = 0; column <= j; ++column) {
      int64_t& least = cost(row, column) = static_cast<int64_t>(row + column);
      if (row == 0 || column == 0) continue;
      least = std::min({cost(row - 1, column - 1) + (said[row - 1] != heard[column - 1]), cost(row - 1, column) + 1,
                        cost(row, column - 1) + 1});
    }
  for (; i > 0 && j > 0;) {
    if (cost(i, j) == cost(i - 1, j) + 1) {
      ++errors.deletions, --i;
    } else if (cost(i, j - 1) == cost(i - 1, j - 1) - 1) {
      ++errors.insertions, --j;
    } else {
      --i, --j;
      errors.substitutions += said[i] != heard[j];
    }
  }
  errors.deletions += static_cast<int64_t>(i);
  errors.insertions += static_cast<int64_t>(j);
  return errors;
}

}  // namespace

double WordErrors::rate() const {
  if (words == 0) return errors() == 0 ? 0 : std::numeric_limits<double>::infinity();
  return static_cast<double>(errors()) / static_cast<double>(words);
}

WordErrors& WordErrors::operator+=(const WordErrors& other) {
  substitutions += other.substitutions, insertions += other.insertions;
  deletions += other.deletions, words += other.words;
  return *this;
}

WordErrors word_errors(std::span<const std::string> said, std::span<const std::string> heard) {
  return count(said, heard);
}
WordErrors word_errors(std::span<const int64_t> said, std::span<const int64_t> heard) { return count(said, heard); }
WordErrors word_errors(std::string_view said, std::string_view heard) {
  const std::vector<std::string> a = words_of(said), b = words_of(heard);
  return word_errors(std::span<const std::string>(a), std::span<const std::string>(b));
}

std::vector<std::string> words_of(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  std::vector<std::string> words;
  for (size_t at = text.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBlanks, end);
  }
  return words;
}

}  // namespace lemma::data
