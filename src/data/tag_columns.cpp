#include "tag_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/text/utf8.h"
#include "tag_forms.h"

namespace lemma::data {
namespace {

// Does the first column say 0 1 2 ... (or 1 2 3 ...) in every sentence? Two columns are always token and tag.
bool counts_tokens(const TagTable& table) {
  for (const int64_t start : {0, 1}) {
    const bool all = std::all_of(table.blocks.begin(), table.blocks.end(), [&](const TagBlock& block) {
      int64_t expected = start;
      return std::all_of(block.rows.begin(), block.rows.end(), [&](const TagRow& row) {
        return row.fields.size() >= 3 && row.fields[0] == std::to_string(expected++);
      });
    });
    if (all) return true;
  }
  return false;
}

// What a column says as tags.
struct Facts {
  size_t tags = 0, entities = 0, rows = 0;
  bool chunks = true;  // all its types are those of chunks
  bool all() const { return tags * 10 >= rows * 9; }
  bool entity_tags() const { return all() && entities > 0 && !chunks; }
};

Facts facts_of(const TagTable& table, size_t column) {
  Facts facts;
  for (const TagBlock& block : table.blocks)
    for (const TagRow& row : block.rows) {
      const auto tag = tag_form(text::trim(row.fields[column]));
      ++facts.rows;
      if (!tag) continue;
      ++facts.tags;
      if (*tag == "O") continue;
      ++facts.entities;
      facts.chunks &= is_chunk_type(std::string_view(*tag).substr(2));
    }
  return facts;
}

size_t chosen(const char* flag, const std::string& wanted, const TagTable& table, const std::string& path) {
  for (size_t c = 0; c < table.header.size(); ++c)
    if (text::lower(text::trim(table.header[c])) == text::lower(wanted)) return c;
  size_t number = 0;
  const auto parsed = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  if (parsed.ec == std::errc() && parsed.ptr == wanted.data() + wanted.size() && number >= 1 && number <= table.columns)
    return number - 1;
  throw IoError(path, fmt::format("{} {} is no column; expected {}a number from 1 to {}", flag, words::quote(wanted),
                                  table.header.empty() ? std::string()
                                                       : fmt::format("one of {}, or ", fmt::join(table.header, ", ")),
                                  table.columns));
}

size_t named(const TagTable& table, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    for (size_t c = 0; c < table.header.size(); ++c)
      if (text::lower(text::trim(table.header[c])) == name) return c;
  return kNoColumn;
}

size_t find_tags(const TagTable& table, const std::string& path) {
  std::vector<size_t> likely;
  for (size_t c = 0; c < table.columns; ++c)
    if (facts_of(table, c).entity_tags()) likely.push_back(c);
  if (likely.size() == 1 && (likely[0] + 1 == table.columns || !facts_of(table, table.columns - 1).all()))
    return likely[0];
  if (likely.empty()) return table.columns - 1;
  std::vector<std::string> names;
  for (const size_t c : likely) names.push_back(std::to_string(c + 1));
  if (likely.back() + 1 != table.columns) names.push_back(std::to_string(table.columns));
  throw IoError(fmt::format("{}:{}", path, table.blocks.front().rows.front().line),
                fmt::format("columns {} all hold tags; say which are the entities with --tag-column, by name or number",
                            fmt::join(names, " and ")));
}

}  // namespace

TagColumns tag_columns_of(const TagTable& table, const std::string& path, const TaggedSentenceOptions& options) {
  TagColumns columns;
  columns.counted = counts_tokens(table);
  columns.sentence = named(table, {"sentence #", "sentence", "sentence_id", "sent_id"});
  const size_t name = named(table, {"ner_tags", "ner_tag", "ner-tag", "ner tag", "ner", "tag", "tags", "iob", "bio"});
  if (!options.tag_column.empty())
    columns.tag = chosen("--tag-column", options.tag_column, table, path);
  else if (name != kNoColumn && facts_of(table, name).all())
    columns.tag = name;
  else
    columns.tag = find_tags(table, path);
  const size_t word = named(table, {"token", "tokens", "word", "words", "form"});
  if (!options.token_column.empty())
    columns.token = chosen("--token-column", options.token_column, table, path);
  else if (word != kNoColumn)
    columns.token = word;
  else
    for (columns.token = columns.counted ? 1 : 0;
         columns.token + 1 < table.columns && (columns.token == columns.tag || columns.token == columns.sentence);)
      ++columns.token;
  if (columns.token == columns.tag)
    throw IoError(path,
                  fmt::format("column {} would be both token and tag; say which are which with --token-column and "
                              "--tag-column",
                              columns.tag + 1));
  return columns;
}

}  // namespace lemma::data
