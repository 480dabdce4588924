#include "lemma/text/utf8.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>

namespace lemma::text {
namespace {

struct Decoded {
  char32_t value = 0xFFFD;
  size_t length = 1;
  bool valid = false;
};

// utf8proc refuses overlong forms, surrogates and what lies beyond U+10FFFF.
Decoded decode(std::string_view text, size_t offset) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + offset;
  if (*bytes < 0x80) return {*bytes, 1, true};
  utf8proc_int32_t value = 0;
  const auto left = static_cast<utf8proc_ssize_t>(std::min<size_t>(text.size() - offset, 4));
  const auto length = utf8proc_iterate(bytes, left, &value);
  if (length <= 0) return {};
  return {static_cast<char32_t>(value), static_cast<size_t>(length), true};
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

utf8proc_category_t category(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

void append(std::string& out, char32_t c) {
  utf8proc_uint8_t bytes[4];
  const auto n = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(n));
}

}  // namespace

std::optional<BadByte> find_bad_byte(std::string_view text) {
  BadByte at;
  while (at.offset < text.size()) {
    const Decoded c = decode(text, at.offset);
    if (!c.valid) {
      at.value = static_cast<uint8_t>(text[at.offset]);
      return at;
    }
    at.offset += c.length;
    if (c.value == '\n') {
      ++at.line;
      at.column = 1;
    } else if (c.value != 0xFEFF || at.offset != 3) {  // a byte-order mark takes no column
      ++at.column;
    }
  }
  return std::nullopt;
}

std::string replace_bad_bytes(std::string_view text, int64_t* count) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const Decoded c = decode(text, i);
    if (c.valid) {
      out.append(text.substr(i, c.length));
    } else {
      append(out, 0xFFFD);
      if (count) ++*count;
    }
    i += c.length;
  }
  return out;
}

std::string_view without_bom(std::string_view text) { return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text; }

CodePoint code_point_at(std::string_view text, size_t offset) {
  const Decoded c = decode(text, offset);
  return {c.value, c.length};
}

size_t count_code_points(std::string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); i += decode(text, i).length) ++count;
  return count;
}

std::vector<std::string_view> graphemes(std::string_view text) {
  std::vector<std::string_view> out;
  utf8proc_int32_t state = 0;
  char32_t previous = 0;
  size_t begin = 0;
  for (size_t i = 0; i < text.size();) {
    const Decoded c = decode(text, i);
    if (i > begin && utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(previous),
                                                      static_cast<utf8proc_int32_t>(c.value), &state)) {
      out.push_back(text.substr(begin, i - begin));
      begin = i;
    }
    previous = c.value;
    i += c.length;
  }
  if (begin < text.size()) out.push_back(text.substr(begin));
  return out;
}

std::string lower(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const Decoded c = decode(text, i);
    if (c.valid)
      append(out, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c.value))));
    else
      out += text[i];
    i += c.length;
  }
  return out;
}

namespace {

std::string compose(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto flags = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &mapped, flags);
  std::string out =
      length < 0 ? std::string(text) : std::string(reinterpret_cast<char*>(mapped), static_cast<size_t>(length));
  std::free(mapped);
  return out;
}

// Marks that a letter may carry: Unicode's Stream-Safe Text Format has the same number. Putting marks in order costs
// the square of their number.
constexpr size_t kMostMarks = 30;

}  // namespace

std::string nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  if (find_bad_byte(text)) return std::string(text);
  std::string out;
  size_t begin = 0, marks = 0;
  for (size_t i = 0; i < text.size();) {
    const Decoded c = decode(text, i);
    const bool mark = utf8proc_get_property(static_cast<utf8proc_int32_t>(c.value))->combining_class != 0;
    marks = mark ? marks + 1 : 0;
    if (marks > kMostMarks) {
      out += compose(text.substr(begin, i - begin));
      begin = i;
      marks = 1;
    }
    i += c.length;
  }
  return out + compose(text.substr(begin));
}

std::string utf8_of(char32_t c) {
  std::string out;
  append(out, c);
  return out;
}

bool is_letter(char32_t c) {
  const auto k = category(c);
  return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_ME;  // letters Lu..Lo and marks Mn..Me
}

bool is_upper(char32_t c) {
  const auto k = category(c);
  return k == UTF8PROC_CATEGORY_LU || k == UTF8PROC_CATEGORY_LT;
}

bool is_lower(char32_t c) { return category(c) == UTF8PROC_CATEGORY_LL; }

bool is_digit(char32_t c) { return category(c) == UTF8PROC_CATEGORY_ND; }

bool is_space(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
      return true;
    default:
      return c == 0x200B || c == 0x2060 || c == 0xFEFF;
  }
}

bool is_punctuation(char32_t c) {
  const auto k = category(c);
  return k >= UTF8PROC_CATEGORY_PC && k <= UTF8PROC_CATEGORY_PO;
}

std::string_view trim(std::string_view text) {
  size_t begin = text.size(), end = text.size();
  for (size_t i = 0; i < text.size();) {
    const Decoded c = decode(text, i);
    if (!is_space(c.value)) {
      begin = std::min(begin, i);
      end = i + c.length;
    }
    i += c.length;
  }
  return begin == text.size() ? std::string_view() : text.substr(begin, end - begin);
}

std::vector<std::string> split_spaces(std::string_view text) {
  std::vector<std::string> out;
  for (size_t i = 0; i < text.size();) {
    const size_t begin = text.find_first_not_of(" \t", i);
    if (begin == std::string_view::npos) break;
    i = std::min(text.find_first_of(" \t", begin), text.size());
    out.emplace_back(text.substr(begin, i - begin));
  }
  return out;
}

}  // namespace lemma::text
