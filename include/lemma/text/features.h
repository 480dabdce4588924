#pragma once
/// What a word looks like. Most names in new text were never seen in training, but their shape, their ends and their
/// letters still say a lot. Extra embeddings for entity models, in addition to the word itself.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lemma/text/vocabulary.h"

namespace lemma::text {

/// The form under which a word is looked up: lower case, every digit a 0 ("2019" and "1987" are both "0000").
std::string word_form(std::string_view word);

/// The shape: X upper case, x lower case, 0 digit, ASCII marks as they are, ? anything else; runs collapsed, at most
/// 8 characters. "Tuvalu" is "Xx", "F-16" is "X-0", "McDonald's" is "XxXx'x", "\u2603" is "?".
std::string word_shape(std::string_view word);

/// The first (last) `count` characters as people see them, or the whole word if it is shorter.
std::string prefix(std::string_view word, size_t count);
std::string suffix(std::string_view word, size_t count);  ///< the last, likewise

/// Its characters as people see them; of a word longer than `max`, half from its start and half from its end.
std::vector<std::string> word_characters(std::string_view word, size_t max);

/// Vocabularies of shape, prefixes and suffixes of 2, 3 and 4 characters, and single characters.
class WordFeatures {
 public:
  static constexpr int kColumns = 7;
  /// Names of the columns: "shape", "prefix2", ... "suffix4". They also serve as names of embeddings.
  static const std::array<const char*, kColumns>& names();

  struct Options {
    int64_t min_count = 5;    ///< a feature seen less often is <unk>
    int64_t characters = 16;  ///< character ids per word
  };

  WordFeatures() = default;
  /// Learns the vocabularies from the words of a corpus.
  static WordFeatures build(const Counter& words, const Options& options);
  static WordFeatures build(const Counter& words) { return build(words, Options()); }

  /// One id per column. A word always has all its features; an unknown one is <unk>.
  std::array<int64_t, kColumns> ids(std::string_view word) const;
  /// Exactly characters() ids, padded with <pad>.
  std::vector<int64_t> character_ids(std::string_view word) const;

  const Vocabulary& column(int index) const { return columns_.at(static_cast<size_t>(index)); }
  const Vocabulary& character_vocabulary() const { return characters_; }
  int64_t characters() const { return length_; }

  /// `characters<TAB>16`, then `column<TAB>entry`, one per line, in the order of ids.
  std::string to_text() const;
  /// Throws IoError naming `where` and the line.
  static WordFeatures from_text(std::string_view text, const std::string& where);

 private:
  std::array<Vocabulary, kColumns> columns_;
  Vocabulary characters_;
  int64_t length_ = 16;
};

}  // namespace lemma::text
