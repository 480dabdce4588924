#include "label_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <set>
#include <tuple>
#include <unordered_set>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/text_file.h"
#include "lemma/io/files.h"
#include "lemma/text/utf8.h"

namespace lemma::data {
namespace {

constexpr size_t kLabelBytes = 40;
constexpr size_t kMostValues = 1001;  // of a column; more are not counted, since no column of labels has them
constexpr const char* kSayWhich = "say which with --text-column and --label-column, by name or number";

bool among(std::string_view cell, const auto& names) {
  const std::string plain = text::lower(text::trim(cell));
  return std::find(names.begin(), names.end(), plain) != names.end();
}

template <class Predicate>
size_t column_where(const std::vector<std::string>& header, Predicate is) {
  return static_cast<size_t>(std::find_if(header.begin(), header.end(), is) - header.begin());
}

std::string listed(const std::vector<std::string>& header) {
  return words::quote(fmt::format("{}", fmt::join(header, ", ")));
}

// The column that an option asks for: by its name in the header, or by its number. A first row that is no header has no
// names: a number that it happens to hold is none.
size_t chosen(const std::string& flag, const std::string& wanted, const Row& first, const std::string& path,
              bool header) {
  const bool by_name = header || !is_number(wanted);
  for (size_t c = 0; c < first.fields.size(); ++c)
    if (by_name && text::lower(text::trim(first.fields[c])) == text::lower(wanted)) return c;
  size_t number = 0;
  const auto parsed = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  if (parsed.ec == std::errc() && parsed.ptr == wanted.data() + wanted.size() && number >= 1 &&
      number <= first.fields.size())
    return number - 1;
  throw IoError(fmt::format("{}:{}", path, first.line),
                fmt::format("{} {} is no column of {}; expected a name in the first line or a number from 1 to {}",
                            flag, words::quote(wanted), listed(first.fields), first.fields.size()));
}

TableLayout from_header(const Row& row, const std::string& path, const LabelledTextOptions& options) {
  const auto& header = row.fields;
  TableLayout layout{column_where(header, names_text), column_where(header, names_label), header.size(), true};
  if (!options.text_column.empty()) layout.text = chosen("--text-column", options.text_column, row, path, true);
  if (!options.label_column.empty()) layout.label = chosen("--label-column", options.label_column, row, path, true);
  const std::string at = fmt::format("{}:{}", path, row.line);
  if (layout.label == header.size() && header.size() == 2 && !options.text_column.empty())
    layout.label = 1 - layout.text;
  if (layout.label == header.size())
    throw IoError(at,
                  fmt::format("the header {} names no label column; expected one called 'label' (or sentiment, class, "
                              "polarity, category, target, rating, stars), or --label-column",
                              listed(header)));
  if (layout.text == header.size() && header.size() == 2) layout.text = 1 - layout.label;
  if (layout.text == header.size())
    throw IoError(at,
                  fmt::format("the header {} names no text column; expected one called 'sentence' (or text, review, "
                              "content, tweet, phrase, comment, document, question, body), or --text-column",
                              listed(header)));
  return layout;
}

// What tells labels from sentences. Compared as a tuple, the smallest is most like a column of labels.
struct ColumnFacts {
  std::set<std::string> values;
  int64_t known = 0;    // cells that are a known label
  bool numbers = true;  // all cells are
  bool words = true;    // all cells are one short word (a number may follow a blank)
  size_t bytes = 0;
  // In a table of many columns, one that says the same in every row labels nothing.
  bool constant = false;
  auto key() const { return std::tuple(-known, constant, values.size(), !numbers, bytes); }
};

std::vector<ColumnFacts> facts_of(const std::vector<Row>& rows, size_t columns, const LabelledTextOptions& options) {
  std::vector<ColumnFacts> facts(columns);
  const auto key = [&](const std::string& label) { return options.fold_case ? text::lower(label) : label; };
  std::unordered_set<std::string> labels;
  for (const std::string& label : options.labels) labels.insert(key(label));
  for (const Row& row : rows) {
    if (row.fields.size() != columns) continue;
    for (size_t c = 0; c < columns; ++c) {
      const std::string& cell = row.fields[c];
      const std::string value(text::trim(cell));
      facts[c].known += labels.contains(key(value));
      facts[c].numbers &= is_number(value);
      facts[c].words &= !value.empty() && value.size() <= kLabelBytes &&
                        value.find_first_of(" \t\n") == std::string::npos && (cell[0] != ' ' || is_number(value));
      facts[c].bytes += cell.size();
      if (facts[c].values.size() < kMostValues) facts[c].values.insert(value);
    }
  }
  for (ColumnFacts& column : facts) column.constant = columns > 2 && column.values.size() < 2;
  return facts;
}

// The words of a column, each once: sentences have many, dates and addresses few.
size_t different_words(const std::vector<Row>& rows, size_t column) {
  std::set<std::string> words;
  for (size_t i = 0; i < std::min<size_t>(rows.size(), 1000); ++i) {
    if (column >= rows[i].fields.size()) continue;
    for (std::string& word : text::split_spaces(rows[i].fields[column]))
      if (std::all_of(word.begin(), word.end(), [](unsigned char c) { return c >= 0x80 || std::isalpha(c) != 0; }))
        words.insert(std::move(word));
  }
  return words.size();
}

// Could be a name of a column: short, and no sentence.
bool like_a_name(std::string_view cell) {
  const std::string_view name = text::trim(cell);
  return !name.empty() && name.size() <= 30 && !is_number(name) &&
         name.find_first_of(".,!?\"\n") == std::string::npos && std::count(name.begin(), name.end(), ' ') <= 2;
}

// The columns with a name, where the first row has names: spreadsheets write commas for empty columns behind them.
int64_t names_in(const Row& header) { return std::count_if(header.fields.begin(), header.fields.end(), like_a_name); }

// A first row with names that we do not know: what stands in its label column occurs there only once, while the others
// are numbers or occur again.
bool is_strange_header(const std::vector<Row>& rows, const TableLayout& layout) {
  const auto label = [&](const Row& row) { return text::trim(row.fields[layout.label]); };
  const auto fits = [&](const Row& row) { return row.fields.size() == layout.columns; };
  const Row& first = rows.front();
  const auto number = [&](const Row& row) { return fits(row) && is_number(label(row)); };
  if (rows.size() > 2 && !number(first) && std::all_of(rows.begin() + 1, rows.end(), number)) return true;
  const auto is_name_or_empty = [](const std::string& cell) { return text::trim(cell).empty() || like_a_name(cell); };
  if (rows.size() < 7 || names_in(first) < 2 ||
      !std::all_of(first.fields.begin(), first.fields.end(), is_name_or_empty))
    return false;
  std::map<std::string_view, int64_t> counts;
  for (const Row& row : rows) {
    if (fits(row)) ++counts[label(row)];
    if (counts.size() > kMostValues) return false;
  }
  return counts[label(first)] == 1 &&
         std::count_if(counts.begin(), counts.end(), [](const auto& entry) { return entry.second == 1; }) == 1;
}

// Several columns of few short words in a table of three or more: any of them may be the labels.
void refuse_doubtful(const std::vector<ColumnFacts>& facts, const Row& first, const std::string& path, size_t rows) {
  std::vector<size_t> likely;
  for (size_t c = 0; c < facts.size(); ++c)
    if (facts[c].words && facts[c].values.size() >= 2 &&
        facts[c].values.size() <= std::min<size_t>(100, std::max<size_t>(2, rows / 2)))
      likely.push_back(c + 1);
  if (facts.size() < 3 || likely.size() < 2) return;
  throw IoError(fmt::format("{}:{}", path, first.line),
                fmt::format("columns {} may each be the labels; {}", fmt::join(likely, " and "), kSayWhich));
}

}  // namespace

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

TableLayout layout_of(const std::vector<Row>& rows, const std::string& path, const LabelledTextOptions& options) {
  const Row& first = rows.front();
  if (first.fields.size() < 2)
    throw IoError(fmt::format("{}:{}", path, first.line),
                  fmt::format("one field, {}; expected a sentence and a label", words::quote(first.fields[0])));
  const auto is_name = [&](const std::string& wanted) {
    return !wanted.empty() && !is_number(wanted) && column_where(first.fields, [&](const std::string& cell) {
                                                      return text::lower(text::trim(cell)) == text::lower(wanted);
                                                    }) < first.fields.size();
  };
  if (is_header(first.fields)) return from_header(first, path, options);
  const bool named = is_name(options.text_column) || is_name(options.label_column);
  TableLayout layout;
  layout.columns = first.fields.size();
  const auto facts = facts_of(rows, layout.columns, options);
  layout.label = layout.columns - 1;
  for (size_t c = 0; c + 1 < layout.columns; ++c)
    if (facts[c].key() < facts[layout.label].key()) layout.label = c;
  if (!options.label_column.empty()) layout.label = chosen("--label-column", options.label_column, first, path, false);
  layout.text = layout.label == 0 ? 1 : 0;
  const auto prose = [&](size_t c) {
    return std::pair(layout.columns > 2 ? different_words(rows, c) : size_t{0}, facts[c].bytes);
  };
  for (size_t c = 0; c < layout.columns; ++c)
    if (c != layout.label && prose(c) > prose(layout.text)) layout.text = c;
  if (!options.text_column.empty()) layout.text = chosen("--text-column", options.text_column, first, path, false);
  if (layout.text == layout.label) {
    if (!options.text_column.empty() && !options.label_column.empty())
      throw IoError(path, "--text-column and --label-column name the same column; expected two");
    layout.label = column_where(first.fields, [&](const auto& cell) { return &cell != &first.fields[layout.text]; });
    for (size_t c = 0; c < layout.columns; ++c)
      if (c != layout.text && facts[c].key() < facts[layout.label].key()) layout.label = c;
  }
  layout.header = named || is_strange_header(rows, layout);
  if (options.label_column.empty() && options.labels.empty()) {
    if (layout.header && names_in(first) > 2)
      throw IoError(fmt::format("{}:{}", path, first.line),
                    fmt::format("the header {} names no column that is known; {}", listed(first.fields), kSayWhich));
    refuse_doubtful(facts, first, path, rows.size());
  }
  return layout;
}

size_t most_fields(const std::vector<Row>& rows) {
  std::map<size_t, size_t> counts;
  for (const Row& row : rows) ++counts[row.fields.size()];
  for (const auto& [fields, count] : counts)
    if (count * 2 > rows.size()) return fields;
  return rows.front().fields.size();
}

void trim_ends(std::vector<Row>& rows) {
  if (rows.empty()) return;
  const size_t columns = std::max<size_t>(2, most_fields(rows));
  for (Row& row : rows)
    while (row.fields.size() > columns && is_blank(row.fields.back())) row.fields.pop_back();
}

size_t usual_fields(const std::vector<Row>& rows) {
  std::map<size_t, size_t> counts;
  for (const Row& row : rows) ++counts[row.fields.size()];
  for (const auto& [fields, count] : counts)
    if (fields >= 2 && count * 10 >= rows.size() * 9) return fields;
  return 0;
}

bool looks_labelled(const std::vector<Row>& rows) {
  if (rows.empty()) return false;
  const size_t columns = most_fields(rows);
  if (columns < 2) return false;
  size_t fitting = 0;
  for (const Row& row : rows) fitting += row.fields.size() == columns;
  if (fitting * 10 < rows.size() * 9) return false;
  const size_t most = std::min<size_t>(100, std::max<size_t>(2, rows.size() / 2));
  for (const ColumnFacts& column : facts_of(rows, columns, {}))
    if (column.words && column.values.size() <= most) return true;
  return false;
}

}  // namespace lemma::data
