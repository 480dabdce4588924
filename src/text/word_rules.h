#pragma once
// The lists behind the tokeniser: small, English, and in one place.

#include <cstddef>
#include <string>
#include <string_view>

namespace lemma::text {

/// One character as the rules see it: typographic quotes, apostrophes, dashes and the ellipsis made plain; a bad byte
/// as U+FFFD. Everything else unchanged.
std::string plain_form(std::string_view grapheme, char32_t first);

/// '(' for "-lrb-", ')' for "-rrb-", and so on for square and curly; '\0' for anything else. Requires lower case.
char treebank_bracket(std::string_view chunk);

/// "'s", "'re", "'em", "'til", "'70s", ...: an apostrophe and what belongs to it. Requires lower case.
bool is_clipped(std::string_view word);

/// How many characters at the end of a word are a token of their own: 3 in "don't", 2 in "it's", 3 in "cannot"; 0 for
/// none. All of them are ASCII, so characters and bytes agree. Requires lower case.
size_t contraction_tail(std::string_view word);

/// "mr", "st", "vs", ...: words whose full stop belongs to them. Requires lower case.
bool is_abbreviation(std::string_view word);

/// "com", "org", ...: what a dot inside a word may be followed by. Requires lower case.
bool is_domain(std::string_view word);

/// Takes no place on the screen and ends no word: the soft hyphen, the word joiner, direction marks, ...
bool is_hidden(char32_t c);

/// Joins the letters on both sides of it into a word: an en dash, Catalan's middle dot, Hebrew's gershayim.
bool joins_letters(char32_t c);

/// A letter of a script that is written without blanks between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese.
bool is_unspaced(char32_t c);

/// What an address does not hold: typographic quotes, angle brackets, and letters or punctuation of unspaced scripts.
bool ends_address(char32_t c);

/// Length of the emoticon that `head` begins with; 0 for none.
size_t emoticon_length(std::string_view head);

}  // namespace lemma::text
