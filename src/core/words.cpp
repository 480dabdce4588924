#include "lemma/core/words.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace lemma::words {

std::string grouped(int64_t n) {
  std::string digits = std::to_string(n);
  const int64_t first = n < 0 ? 1 : 0;  // after the sign
  for (auto at = static_cast<int64_t>(digits.size()) - 3; at > first; at -= 3)
    digits.insert(static_cast<size_t>(at), ",");
  return digits;
}

std::string plural(int64_t n, const char* what) { return fmt::format("{} {}{}", grouped(n), what, n == 1 ? "" : "s"); }

std::string clock_time(double seconds) {
  const auto s = static_cast<int64_t>(std::lround(std::max(seconds, 0.0)));
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string any_of(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  return text;
}

std::string bytes(double count) {
  constexpr const char* kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  for (; count >= 1024 && unit + 1 < std::size(kUnits); ++unit) count /= 1024;
  if (unit == 0) return fmt::format("{:.0f} bytes", count);
  const auto whole = static_cast<int64_t>(std::min(count, 1e15));
  const auto tenths = static_cast<int>((std::min(count, 1e15) - static_cast<double>(whole)) * 10);
  return fmt::format("{}.{} {}", grouped(whole), tenths, kUnits[unit]);
}

namespace {

// The length of the UTF-8 character that `text` begins with, and the character; length 0 if it is none.
std::pair<size_t, uint32_t> first_character(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
  if (byte(0) < 0x80) return {1, byte(0)};
  const size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || length > text.size()) return {0, 0};
  uint32_t character = byte(0) & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 0};
    character = character << 6 | (byte(i) & 0x3F);
  }
  const bool too_long = (length == 3 && character < 0x800) || (length == 4 && character < 0x10000);
  const bool surrogate = character >= 0xD800 && character < 0xE000;
  return too_long || surrogate || character > 0x10FFFF ? std::pair<size_t, uint32_t>{0, 0}
                                                       : std::pair{length, character};
}

// Beyond ASCII: C1 controls, what ends a line, and the marks, embeddings, overrides and isolates of bidirectional text.
bool steers_terminal(uint32_t c) {
  return (c >= 0x80 && c < 0xA0) || c == 0x61C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string printable(std::string_view text, bool lines) {
  std::string out;
  while (!text.empty()) {
    const auto [length, character] = first_character(text);
    if (length == 0 || character == 0x7F || (character < 0x20 && !(lines && (character == '\n' || character == '\t'))))
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    else if (steers_terminal(character))
      out += fmt::format("\\u{:04x}", character);
    else
      out += text.substr(0, length);
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

std::string printable_json(std::string_view json) {
  std::string out;
  while (!json.empty()) {
    const auto [length, character] = first_character(json);
    if (length == 0)
      out += "\\ufffd";
    else if (character == 0x7F || steers_terminal(character))
      out += fmt::format("\\u{:04x}", character);
    else
      out += json.substr(0, length);
    json.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

std::string quote(std::string_view text) {
  constexpr size_t kLongest = 80;
  size_t end = std::min(text.size(), kLongest);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;  // whole characters
  return "'" + printable(text.substr(0, end)) + (end < text.size() ? "...'" : "'");
}

std::string shell_quote(const std::string& text) {
  if (!text.empty() &&
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./=@:,") ==
          std::string::npos)
    return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

}  // namespace lemma::words
