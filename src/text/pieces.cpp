#include "text/pieces.h"

#include <utf8proc.h>

#include "lemma/text/utf8.h"

namespace lemma::text {

namespace {

enum class Kind { letter, digit, mark, space };

bool is_space(char32_t c) {  // Unicode's White_Space
  return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

Kind kind_of(char32_t c) {
  if (c < 128) {
    if ((c | 32) >= 'a' && (c | 32) <= 'z') return Kind::letter;
    if (c >= '0' && c <= '9') return Kind::digit;
    return is_space(c) ? Kind::space : Kind::mark;
  }
  if (is_space(c)) return Kind::space;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return Kind::letter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Kind::digit;
    default:
      return Kind::mark;
  }
}

// Where the run of one kind that begins at `at` ends; `last` is where its last character begins.
size_t run_end(std::string_view text, size_t at, Kind kind, size_t* last = nullptr) {
  while (at < text.size()) {
    const CodePoint c = code_point_at(text, at);
    if (kind_of(c.value) != kind) break;
    if (last) *last = at;
    at += c.length;
  }
  return at;
}

size_t clipped_length(std::string_view rest) {
  for (const std::string_view word : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
    if (rest.starts_with(word)) return word.size();
  return 0;
}

}  // namespace

std::vector<std::string_view> pieces(std::string_view text) {
  std::vector<std::string_view> result;
  for (size_t at = 0, end; at < text.size(); at = end) {
    end = at + clipped_length(text.substr(at));
    if (end == at) {
      const size_t body = text[at] == ' ' ? at + 1 : at;  // one blank goes with what follows it
      const Kind kind = body < text.size() ? kind_of(code_point_at(text, body).value) : Kind::space;
      if (kind != Kind::space) {
        end = run_end(text, body, kind);
      } else {  // the last blank of a run goes with the word behind it
        size_t last = at;
        end = run_end(text, at, Kind::space, &last);
        if (end < text.size() && last > at) end = last;
      }
    }
    result.push_back(text.substr(at, end - at));
  }
  return result;
}

}  // namespace lemma::text
