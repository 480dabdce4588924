#pragma once
/// UTF-8: checked, repaired, lower-cased, and cut where people see characters end.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::text {

/// Where a text stops being UTF-8. Line and column count from 1; the column counts characters (code points), not bytes.
struct BadByte {
  size_t offset = 0;
  size_t line = 1;
  size_t column = 1;
  uint8_t value = 0;
};

/// The first byte that does not start a valid UTF-8 sequence (overlong forms, surrogates and values above U+10FFFF are
/// invalid).
std::optional<BadByte> find_bad_byte(std::string_view text);

/// The text with each invalid sequence replaced by U+FFFD; `count` (if given) grows by the number of replacements.
std::string replace_bad_bytes(std::string_view text, int64_t* count = nullptr);

/// The text without its byte-order mark, if it has one.
std::string_view without_bom(std::string_view text);

/// The code point at `offset`, and its length in bytes. An invalid byte is U+FFFD of length 1. Requires: offset < size.
struct CodePoint {
  char32_t value = 0;
  size_t length = 0;
};
CodePoint code_point_at(std::string_view text, size_t offset);  ///< what stands at that byte

/// Number of code points.
size_t count_code_points(std::string_view text);

/// The characters as people see them (extended grapheme clusters): an emoji with its modifiers, a letter with its
/// accents. Views into `text`, in order, with nothing left out.
std::vector<std::string_view> graphemes(std::string_view text);

/// Lower case, code point by code point; the length in code points stays the same.
std::string lower(std::string_view text);

/// Canonical composition (NFC): one spelling for "é", whether typed as one code point or as e + accent. Zero-width
/// characters stay. More than 30 marks on one letter are put in order 30 at a time, which keeps the work linear.
/// Invalid UTF-8 is returned unchanged.
std::string nfc(std::string_view text);

/// One code point as UTF-8.
std::string utf8_of(char32_t c);

bool is_letter(char32_t c);       ///< any alphabet, modifiers and marks included
bool is_upper(char32_t c);        ///< upper case or title case
bool is_lower(char32_t c);        ///< lower case
bool is_digit(char32_t c);        ///< decimal digits of any script
bool is_space(char32_t c);        ///< blanks, controls, line ends, no-break and zero-width spaces, byte-order marks
bool is_punctuation(char32_t c);  ///< punctuation of any script; currency and other symbols are not

/// The text without spaces (is_space) at its ends.
std::string_view trim(std::string_view text);

/// The pieces between runs of ASCII blanks and tabs.
std::vector<std::string> split_spaces(std::string_view text);

}  // namespace lemma::text
