#pragma once
/// Running text into tokens: one rule for training and prediction, so that what a user types matches the spelling of
/// the corpus.
///
/// Words, numbers and punctuation are separated as in the Penn Treebank, which the public corpora follow:
/// "don't" is `do n't`, "it's" is `it 's`, a final full stop is a token by itself; "U.S.", "Mr.", "3.14", "and/or" and
/// "well-made" stay whole. Treebank spellings in a corpus become what a user would type: `-lrb-` is "(", ``` `` ``` is
/// a double quote, `\/` is "/". Typographic quotes become straight ones. Emoji, mentions, hashtags, addresses and
/// common emoticons are one token each. Text that is already tokenised stays as it is.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::text {

/// A token and its place in the text as typed: [begin, end), in bytes and in code points.
struct Token {
  std::string text;  ///< normalised (NFC, quotes, lower case if asked); use the offsets to quote the user
  size_t byte_begin = 0, byte_end = 0;
  size_t char_begin = 0, char_end = 0;
};

struct TokenizerOptions {
  bool lowercase = true;  ///< false where case matters: it is what marks a name
};

/// The tokens of `text`, in order; empty for a text of spaces. Invalid UTF-8 bytes count as U+FFFD.
std::vector<Token> tokenize(std::string_view text, const TokenizerOptions& options = {});

/// The same without offsets.
std::vector<std::string> tokenize_words(std::string_view text, const TokenizerOptions& options = {});

}  // namespace lemma::text
