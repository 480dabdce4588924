#include "lemma/text/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/text/utf8.h"

namespace lemma::text {
namespace {

constexpr const char* kPad = "<pad>";
constexpr const char* kUnk = "<unk>";

std::string escape(std::string_view token) {
  std::string out;
  for (const char c : token) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else
      out += c;
  }
  return out;
}

std::string unescape(std::string_view line, const std::string& at) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\') {
      out += line[i];
      continue;
    }
    const char code = ++i < line.size() ? line[i] : '\0';
    if (code == '\\')
      out += '\\';
    else if (code == 'n')
      out += '\n';
    else if (code == 'r')
      out += '\r';
    else
      throw IoError(
          at, fmt::format("{} holds a backslash that escapes nothing; expected \\n, \\r or \\\\", words::quote(line)));
  }
  return out;
}

}  // namespace

int64_t Counter::operator[](std::string_view token) const {
  const auto found = counts_.find(std::string(token));
  return found == counts_.end() ? 0 : found->second;
}

std::vector<std::pair<std::string, int64_t>> Counter::most_common() const {
  std::vector<std::pair<std::string, int64_t>> out(counts_.begin(), counts_.end());
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  return out;
}

Vocabulary::Vocabulary() : tokens_{kPad, kUnk}, counts_{0, 0} {}

Vocabulary Vocabulary::build(const Counter& counts, const VocabularyOptions& options) {
  if (options.min_count < 0)
    throw ValueError("vocabulary", fmt::format("min_count is {}; expected 0 or more", options.min_count));
  if (options.max_size < 0 || options.max_size == 1)
    throw ValueError("vocabulary",
                     fmt::format("max_size is {}; expected 2 or more, or 0 for no limit", options.max_size));
  Vocabulary vocabulary;
  for (auto& [token, count] : counts.most_common()) {
    if (count < options.min_count || (options.max_size && vocabulary.size() >= options.max_size)) break;
    if (token != kPad && token != kUnk) vocabulary.append(token, count);
  }
  return vocabulary;
}

void Vocabulary::append(std::string token, int64_t count) {
  ids_.emplace(token, size());
  tokens_.push_back(std::move(token));
  counts_.push_back(count);
}

int64_t Vocabulary::id(std::string_view token) const {
  const auto found = ids_.find(std::string(token));
  return found == ids_.end() ? unk : found->second;
}

std::vector<int64_t> Vocabulary::ids(const std::vector<std::string>& tokens) const {
  std::vector<int64_t> out;
  out.reserve(tokens.size());
  for (const std::string& token : tokens) out.push_back(id(token));
  return out;
}

const std::string& Vocabulary::token(int64_t id) const {
  if (id < 0 || id >= size())
    throw IndexError("vocabulary", fmt::format("id {} is outside [0, {})", id, size()), id, size());
  return tokens_[static_cast<size_t>(id)];
}

int64_t Vocabulary::count(int64_t id) const {
  token(id);
  return counts_[static_cast<size_t>(id)];
}

std::string Vocabulary::to_text() const {
  std::string out;
  for (const std::string& token : tokens_) out += escape(token) + "\n";
  return out;
}

Vocabulary Vocabulary::from_text(std::string_view text, const std::string& where) {
  if (const auto bad = find_bad_byte(text))
    throw IoError(fmt::format("{}:{}:{}", where, bad->line, bad->column),
                  fmt::format("byte 0x{:02x} is not UTF-8; expected a vocabulary, one token per line", bad->value));
  Vocabulary vocabulary;
  int64_t number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string at = fmt::format("{}:{}", where, ++number);
    const std::string token = unescape(line, at);
    if (number <= 2) {
      const char* special = number == 1 ? kPad : kUnk;
      if (token != special)
        throw IoError(at, fmt::format("{} is where a vocabulary has {}", words::quote(token), special));
    } else if (vocabulary.ids_.contains(token) || token == kPad || token == kUnk) {
      throw IoError(at,
                    fmt::format("{} appears in the vocabulary twice; expected each token once", words::quote(token)));
    } else {
      vocabulary.append(token, 0);
    }
  }
  if (number < 2)
    throw IoError(where, fmt::format("a vocabulary of {} lines; expected <pad>, <unk> and one token per line", number));
  return vocabulary;
}

void Vocabulary::save(const std::string& path) const { io::write_file(path, to_text()); }

Vocabulary Vocabulary::load(const std::string& path) { return from_text(io::read_file(path), path); }

}  // namespace lemma::text
