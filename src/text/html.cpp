#include "html.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace lemma::text {
namespace {

constexpr size_t kLongest = 10;  // "&#x10FFFF;"

Markup entity(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char32_t>, 14> names = {{{"amp", '&'},
                                                                                   {"lt", '<'},
                                                                                   {"gt", '>'},
                                                                                   {"quot", '"'},
                                                                                   {"apos", '\''},
                                                                                   {"nbsp", ' '},
                                                                                   {"hellip", 0x2026},
                                                                                   {"mdash", 0x2014},
                                                                                   {"ndash", 0x2013},
                                                                                   {"lsquo", 0x2018},
                                                                                   {"rsquo", 0x2019},
                                                                                   {"ldquo", 0x201C},
                                                                                   {"rdquo", 0x201D},
                                                                                   {"pound", 0xA3}}};
  const size_t end = text.substr(0, kLongest).find(';');
  if (end == std::string_view::npos) return {};
  std::string_view name = text.substr(1, end - 1);
  for (const auto& [known, value] : names)
    if (name == known) return {end + 1, value};
  if (!name.starts_with('#')) return {};
  name.remove_prefix(1);
  const bool hex = name.starts_with('x') || name.starts_with('X');
  if (hex) name.remove_prefix(1);
  uint32_t value = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), value, hex ? 16 : 10);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == name.data() + name.size();
  if (!whole || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return {};
  return {end + 1, value < 0x20 || (value >= 0x7F && value <= 0xA0) ? U' ' : static_cast<char32_t>(value)};
}

Markup line_break(std::string_view text) {
  const auto is = [&](size_t i, char small) { return i < text.size() && (text[i] | 0x20) == small; };
  if (!is(1, 'b') || !is(2, 'r')) return {};
  size_t end = 3;
  while (end < text.size() && text[end] == ' ' && end < kLongest) ++end;
  if (end < text.size() && text[end] == '/') ++end;
  return end < text.size() && text[end] == '>' ? Markup{end + 1, ' '} : Markup{};
}

}  // namespace

Markup markup_at(std::string_view text) {
  if (text.starts_with('&')) return entity(text);
  return text.starts_with('<') ? line_break(text) : Markup{};
}

}  // namespace lemma::text
