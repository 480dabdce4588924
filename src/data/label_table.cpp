#include "label_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <tuple>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/text/utf8.h"

namespace lemma::data {
namespace {

constexpr size_t kLabelBytes = 40;

bool among(std::string_view cell, const auto& names) {
  const std::string plain = text::lower(text::trim(cell));
  return std::find(names.begin(), names.end(), plain) != names.end();
}

bool names_label(std::string_view cell) {
  static constexpr std::array<std::string_view, 9> names = {"label",    "labels", "sentiment", "class", "polarity",
                                                            "category", "target", "rating",    "stars"};
  return among(cell, names);
}

bool names_text(std::string_view cell) {
  static constexpr std::array<std::string_view, 10> names = {"sentence", "text",    "review",   "content",  "tweet",
                                                             "phrase",   "comment", "document", "question", "body"};
  return among(cell, names);
}

template <class Predicate>
size_t column_where(const std::vector<std::string>& header, Predicate is) {
  return static_cast<size_t>(std::find_if(header.begin(), header.end(), is) - header.begin());
}

TableLayout from_header(const Row& row, const std::string& path) {
  const auto& header = row.fields;
  TableLayout layout{column_where(header, names_text), column_where(header, names_label), header.size(), true};
  const std::string at = fmt::format("{}:{}", path, row.line);
  if (layout.label == header.size())
    throw IoError(at,
                  fmt::format("the header {} names no label column; expected one called 'label' (or sentiment, class, "
                              "polarity, category, target, rating, stars)",
                              words::quote(fmt::format("{}", fmt::join(header, ", ")))));
  if (layout.text == header.size() && header.size() == 2) layout.text = 1 - layout.label;
  if (layout.text == header.size())
    throw IoError(at,
                  fmt::format("the header {} names no text column; expected one called 'sentence' (or text, review, "
                              "content, tweet, phrase, comment, document, question, body)",
                              words::quote(fmt::format("{}", fmt::join(header, ", ")))));
  return layout;
}

// What tells labels from sentences. Compared as a tuple, the smallest is most like a column of labels.
struct ColumnFacts {
  std::set<std::string> values;
  int64_t known = 0;    // cells that are a known label
  bool numbers = true;  // all cells are
  bool words = true;    // all cells are one short word (a number may follow a blank)
  size_t bytes = 0;
  auto key() const { return std::tuple(-known, values.size(), !numbers, bytes); }
};

std::vector<ColumnFacts> facts_of(const std::vector<Row>& rows, size_t columns, const std::vector<std::string>& known) {
  std::vector<ColumnFacts> facts(columns);
  for (const Row& row : rows) {
    if (row.fields.size() != columns) continue;
    for (size_t c = 0; c < columns; ++c) {
      const std::string& cell = row.fields[c];
      const std::string value(text::trim(cell));
      facts[c].known += std::find(known.begin(), known.end(), value) != known.end();
      facts[c].numbers &= is_number(value);
      facts[c].words &= !value.empty() && value.size() <= kLabelBytes &&
                        value.find_first_of(" \t\n") == std::string::npos && (cell[0] != ' ' || is_number(value));
      facts[c].bytes += cell.size();
      facts[c].values.insert(value);
    }
  }
  return facts;
}

}  // namespace

bool is_number(std::string_view text) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

bool is_header(const std::vector<std::string>& fields) {
  return fields.size() >= 2 && std::any_of(fields.begin(), fields.end(), [](const std::string& cell) {
           return names_label(cell) || names_text(cell);
         });
}

TableLayout layout_of(const std::vector<Row>& rows, const std::string& path, const std::vector<std::string>& known) {
  const Row& first = rows.front();
  if (first.fields.size() < 2)
    throw IoError(fmt::format("{}:{}", path, first.line),
                  fmt::format("one field, {}; expected a sentence and a label", words::quote(first.fields[0])));
  if (is_header(first.fields)) return from_header(first, path);
  TableLayout layout;
  layout.columns = first.fields.size();
  const auto facts = facts_of(rows, layout.columns, known);
  layout.label = layout.columns - 1;
  for (size_t c = 0; c + 1 < layout.columns; ++c)
    if (facts[c].key() < facts[layout.label].key()) layout.label = c;
  layout.text = layout.label == 0 ? 1 : 0;
  for (size_t c = 0; c < layout.columns; ++c)
    if (c != layout.label && facts[c].bytes > facts[layout.text].bytes) layout.text = c;
  // A first row whose label is a word, where all others are numbers, is a header with names we do not know.
  const auto number = [&](const Row& row) {
    return row.fields.size() == layout.columns && is_number(text::trim(row.fields[layout.label]));
  };
  layout.header = rows.size() > 2 && !number(first) && std::all_of(rows.begin() + 1, rows.end(), number);
  return layout;
}

bool looks_labelled(const std::vector<Row>& rows) {
  if (rows.empty() || rows.front().fields.size() < 2) return false;
  const size_t columns = rows.front().fields.size();
  size_t fitting = 0;
  for (const Row& row : rows) fitting += row.fields.size() == columns;
  if (fitting * 10 < rows.size() * 9) return false;
  const size_t most = std::min<size_t>(100, std::max<size_t>(2, rows.size() / 2));
  for (const ColumnFacts& column : facts_of(rows, columns, {}))
    if (column.words && column.values.size() <= most) return true;
  return false;
}

}  // namespace lemma::data
