#include "word_rules.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace lemma::text {
namespace {

template <size_t N>
bool among(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

std::string plain_form(std::string_view grapheme, char32_t first) {
  const size_t expected = first < 0x80 ? 1 : 3;  // no accents or selectors attached
  if (grapheme.size() == expected) {
    switch (first) {
      case 0x2018:
      case 0x2019:
      case 0x201B:
        return "'";
      case 0x201C:
      case 0x201D:
      case 0x201E:
      case 0x201F:
        return "\"";
      case 0x2010:
      case 0x2011:
        return "-";
      case 0x2014:
      case 0x2015:
        return "--";
      case 0x2026:
        return "...";
      default:
        break;
    }
  }
  return first == 0xFFFD ? "\xEF\xBF\xBD" : std::string(grapheme);
}

char treebank_bracket(std::string_view chunk) {
  if (chunk.size() != 5 || chunk[0] != '-' || chunk[3] != 'b' || chunk[4] != '-') return '\0';
  const bool left = chunk[1] == 'l';
  if (!left && chunk[1] != 'r') return '\0';
  switch (chunk[2]) {
    case 'r':
      return left ? '(' : ')';
    case 's':
      return left ? '[' : ']';
    case 'c':
      return left ? '{' : '}';
    default:
      return '\0';
  }
}

bool is_clipped(std::string_view word) {
  static constexpr std::array<std::string_view, 13> list = {"'s",   "'re",  "'ve",   "'ll",    "'d", "'m",    "'em",
                                                            "'til", "'tis", "'twas", "'cause", "'n", "'round"};
  const auto digit = [&](size_t i) { return std::isdigit(static_cast<unsigned char>(word[i])) != 0; };
  if (word.size() >= 3 && digit(1) && digit(2)) return word.size() == 3 || (word.size() == 4 && word[3] == 's');
  return among(list, word);
}

size_t contraction_tail(std::string_view word) {
  static constexpr std::array<std::string_view, 7> tails = {"n't", "'s", "'re", "'ve", "'ll", "'d", "'m"};
  if (word == "cannot") return 3;
  for (const std::string_view tail : tails)
    if (word.size() > tail.size() && word.ends_with(tail)) return tail.size();
  return 0;
}

bool is_abbreviation(std::string_view word) {
  static constexpr std::array<std::string_view, 35> list = {
      "mr",  "jan", "feb",  "apr", "aug", "sept", "oct", "nov",  "mrs",  "ms",   "dr",  "st",
      "jr",  "sr",  "prof", "gen", "gov", "sen",  "rep", "capt", "col",  "lt",   "sgt", "rev",
      "hon", "mt",  "vs",   "etc", "inc", "ltd",  "co",  "corp", "bros", "dept", "ft"};
  return among(list, word);
}

bool is_domain(std::string_view word) {
  static constexpr std::array<std::string_view, 14> list = {"com", "org", "net", "edu", "gov", "co",   "uk",
                                                            "io",  "tv",  "de",  "fr",  "eu",  "info", "html"};
  return among(list, word);
}

bool is_hidden(char32_t c) {
  return c == 0xAD || c == 0x180E || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

bool joins_letters(char32_t c) { return c == 0x2013 || c == 0xB7 || c == 0x2027 || c == 0x5F3 || c == 0x5F4; }

bool is_unspaced(char32_t c) {
  if (c < 0xE00) return false;
  return c < 0xF00 || (c >= 0x1000 && c < 0x10A0) || (c >= 0x1780 && c < 0x1800) || (c >= 0x2E80 && c < 0x2FE0) ||
         (c >= 0x3005 && c < 0x3008) || (c >= 0x3021 && c < 0x3100) || (c >= 0x31F0 && c < 0x3200) ||
         (c >= 0x3400 && c < 0x4DC0) || (c >= 0x4E00 && c < 0xA000) || (c >= 0xF900 && c < 0xFB00) ||
         (c >= 0xFF66 && c < 0xFFA0) || (c >= 0x1B000 && c < 0x1B170) || (c >= 0x20000 && c < 0x40000);
}

bool ends_address(char32_t c) {
  return (c >= 0x2018 && c <= 0x201F) || c == 0xAB || c == 0xBB || c == 0x2039 || c == 0x203A || c == '<' || c == '>' ||
         (c >= 0x3000 && c < 0x3040) || (c >= 0xFF00 && c < 0xFF10) || is_unspaced(c);
}

size_t emoticon_length(std::string_view head) {
  static constexpr std::array<std::string_view, 24> list = {":-)", ":-(", ";-)", ":-D", ":-P", ":-/", ":'(", ":')",
                                                            ":)",  ":(",  ";)",  ":D",  ":P",  ":p",  ":/",  ":o",
                                                            ":O",  ":3",  "=)",  "=(",  "=D",  "<3",  ";D",  "xD"};
  for (const std::string_view sign : list)  // the long ones first
    if (head.starts_with(sign)) return sign.size();
  return 0;
}

}  // namespace lemma::text
