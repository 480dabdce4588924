#include "lemma/text/features.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/text/utf8.h"

namespace lemma::text {
namespace {

constexpr size_t kShapeSigns = 8;
constexpr const char* kCharacterColumn = "character";

// All columns of one word, in the order of WordFeatures::names().
std::array<std::string, WordFeatures::kColumns> columns_of(std::string_view word) {
  return {word_shape(word), prefix(word, 2), prefix(word, 3), prefix(word, 4),
          suffix(word, 2),  suffix(word, 3), suffix(word, 4)};
}

}  // namespace

std::string word_form(std::string_view word) {
  const std::string small = lower(word);
  std::string out;
  for (size_t i = 0; i < small.size();) {
    const CodePoint c = code_point_at(small, i);
    if (is_digit(c.value))
      out += '0';
    else
      out.append(small, i, c.length);
    i += c.length;
  }
  return out;
}

std::string word_shape(std::string_view word) {
  std::string out;
  for (const std::string_view character : graphemes(word)) {
    const char32_t c = code_point_at(character, 0).value;
    char sign = '?';
    if (is_upper(c))
      sign = 'X';
    else if (is_lower(c))
      sign = 'x';
    else if (is_digit(c))
      sign = '0';
    else if (c > ' ' && c < 0x7F)
      sign = static_cast<char>(c);
    if (out.empty() || out.back() != sign) out += sign;
    if (out.size() == kShapeSigns) break;
  }
  return out;
}

std::string prefix(std::string_view word, size_t count) {
  const auto characters = graphemes(word);
  if (characters.size() <= count) return std::string(word);
  return std::string(word.substr(0, static_cast<size_t>(characters[count].data() - word.data())));
}

std::string suffix(std::string_view word, size_t count) {
  const auto characters = graphemes(word);
  if (characters.size() <= count) return std::string(word);
  if (count == 0) return "";
  return std::string(word.substr(static_cast<size_t>(characters[characters.size() - count].data() - word.data())));
}

std::vector<std::string> word_characters(std::string_view word, size_t max) {
  const auto all = graphemes(word);
  std::vector<std::string> out;
  const size_t head = all.size() <= max ? all.size() : (max + 1) / 2;
  const size_t tail = std::min(all.size(), max) - head;
  for (size_t i = 0; i < head; ++i) out.emplace_back(all[i]);
  for (size_t i = all.size() - tail; i < all.size(); ++i) out.emplace_back(all[i]);
  return out;
}

const std::array<const char*, WordFeatures::kColumns>& WordFeatures::names() {
  static constexpr std::array<const char*, kColumns> list = {"shape",   "prefix2", "prefix3", "prefix4",
                                                             "suffix2", "suffix3", "suffix4"};
  return list;
}

WordFeatures WordFeatures::build(const Counter& words, const Options& options) {
  if (options.characters < 1)
    throw ValueError("word features", fmt::format("characters is {}; expected 1 or more", options.characters));
  std::array<Counter, kColumns> counts;
  Counter characters;
  for (const auto& [word, times] : words.most_common()) {
    const auto columns = columns_of(word);
    for (size_t k = 0; k < columns.size(); ++k) counts[k].add(columns[k], times);
    for (const std::string_view c : graphemes(word)) characters.add(c, times);
  }
  WordFeatures features;
  const VocabularyOptions limits{.min_count = options.min_count};
  for (size_t k = 0; k < counts.size(); ++k) features.columns_[k] = Vocabulary::build(counts[k], limits);
  features.characters_ = Vocabulary::build(characters, limits);
  features.length_ = options.characters;
  return features;
}

std::array<int64_t, WordFeatures::kColumns> WordFeatures::ids(std::string_view word) const {
  std::array<int64_t, kColumns> out{};
  const auto columns = columns_of(word);
  for (size_t k = 0; k < columns.size(); ++k) out[k] = columns_[k].id(columns[k]);
  return out;
}

std::vector<int64_t> WordFeatures::character_ids(std::string_view word) const {
  std::vector<int64_t> out = characters_.ids(word_characters(word, static_cast<size_t>(length_)));
  out.resize(static_cast<size_t>(length_), Vocabulary::pad);
  return out;
}

std::string WordFeatures::to_text() const {
  std::string out = fmt::format("characters\t{}\n", length_);
  const auto add = [&](const char* name, const Vocabulary& vocabulary) {
    std::string_view rest;
    const std::string lines = vocabulary.to_text();
    rest = lines;
    while (!rest.empty()) {
      const size_t end = rest.find('\n') + 1;
      out += fmt::format("{}\t{}", name, rest.substr(0, end));
      rest.remove_prefix(end);
    }
  };
  for (size_t k = 0; k < columns_.size(); ++k) add(names()[k], columns_[k]);
  add(kCharacterColumn, characters_);
  return out;
}

WordFeatures WordFeatures::from_text(std::string_view text, const std::string& where) {
  std::array<std::string, kColumns + 1> parts;
  WordFeatures features;
  int64_t number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string at = fmt::format("{}:{}", where, ++number);
    const size_t tab = line.find('\t');
    const std::string_view name = line.substr(0, tab);
    const std::string_view value = tab == std::string_view::npos ? std::string_view() : line.substr(tab + 1);
    if (number == 1) {
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), features.length_);
      if (name != "characters" || parsed.ec != std::errc() || parsed.ptr != value.data() + value.size() ||
          features.length_ < 1 || features.length_ > 1024)
        throw IoError(at,
                      fmt::format("{}; expected 'characters', a tab and a number from 1 to 1024", words::quote(line)));
      continue;
    }
    size_t k = 0;
    while (k < names().size() && name != names()[k]) ++k;
    if (tab == std::string_view::npos || (k == names().size() && name != kCharacterColumn))
      throw IoError(at, fmt::format("{}; expected a column such as 'shape' or 'character', a tab and an entry",
                                    words::quote(line)));
    parts[k].append(value).push_back('\n');
  }
  for (size_t k = 0; k < parts.size(); ++k) {
    const char* name = k < names().size() ? names()[k] : kCharacterColumn;
    (k < names().size() ? features.columns_[k] : features.characters_) =
        Vocabulary::from_text(parts[k], fmt::format("{} ({})", where, name));
  }
  return features;
}

}  // namespace lemma::text
