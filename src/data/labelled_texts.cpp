#include "lemma/data/labelled_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "label_names.h"
#include "label_table.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/text_file.h"
#include "lemma/io/files.h"
#include "lemma/text/utf8.h"
#include "text_formats.h"

namespace lemma::data {
namespace {

constexpr const char* kExpected = "expected `sentence<TAB>label`, `label sentence` or CSV";
constexpr size_t kLongestLabel = 64;
constexpr size_t kMostLabels = 1000;

std::string odd_fields(const std::vector<std::string>& fields, const std::string& name) {
  return fmt::format("{} {}-separated field{}", fields.size(), name, fields.size() == 1 ? "" : "s");
}

// A first row with another number of fields than most have, and that names no column, is odd itself.
void leave_out_odd_first(const TextFile& file, std::vector<Row>& rows, const std::string& name, const char* expected,
                         const LabelledTextOptions& options, OddLines& odd) {
  const std::vector<std::string>& first = rows.front().fields;
  const auto named = [&](const std::string& cell) {
    const std::string plain = text::lower(text::trim(cell));
    return plain == text::lower(options.text_column) || plain == text::lower(options.label_column);
  };
  if (rows.size() < 3 || first.size() == most_fields(rows) || is_header(first) ||
      std::any_of(first.begin(), first.end(), named))
    return;
  odd.add(file.path(), rows.front().line,
          fmt::format("{} where most lines have {}", odd_fields(first, name), most_fields(rows)), expected);
  rows.erase(rows.begin());
}

// In a file of `sentence<TAB>label` lines, blanks in place of the tab: cut where a label of other lines stands. Empty
// where none does.
std::vector<std::string> cut_at_blanks(const std::string& line, const TableLayout& layout,
                                       const std::set<std::string>& labels) {
  const std::string_view all = text::trim(line);
  const size_t first = std::min(all.find(' '), all.size()), last = all.rfind(' ');
  if (last == std::string_view::npos) return {};
  const std::string before(all.substr(0, first)), behind(all.substr(last + 1));
  if (layout.label == 1 && labels.contains(behind)) return {std::string(all.substr(0, last)), behind};
  if (layout.label == 0 && labels.contains(before)) return {before, std::string(all.substr(first))};
  return {};
}

Reading from_table(const TextFile& file, std::vector<Row> rows, char separator, const LabelledTextOptions& options,
                   OddLines& odd) {
  const std::string name = separator_name(separator);
  if (rows.empty()) throw IoError(file.path(), fmt::format("no field with anything in it; {}", kExpected));
  const std::string expected = fmt::format("expected a sentence and a label{}",
                                           separator == ',' ? " (a sentence with commas goes in double quotes)" : "");
  trim_ends(rows);
  leave_out_odd_first(file, rows, name, expected.c_str(), options, odd);
  const TableLayout layout = layout_of(rows, file.path(), options);
  Reading reading;
  reading.format = fmt::format("{}-separated, {} first, {} header", separator == '@' ? "@" : name,
                               layout.text < layout.label ? "sentence" : "label", layout.header ? "with a" : "without");
  for (size_t c = 0; c < layout.columns; ++c)
    reading.columns.push_back(layout.header ? std::string(text::trim(rows[0].fields[c])) : std::to_string(c + 1));
  reading.text_column = reading.columns[layout.text];
  reading.label_column = reading.columns[layout.label];
  std::set<std::string> labels;
  for (size_t i = layout.header ? 1 : 0; i < rows.size(); ++i)
    if (rows[i].fields.size() == layout.columns) labels.emplace(text::trim(rows[i].fields[layout.label]));
  for (size_t i = layout.header ? 1 : 0; i < rows.size(); ++i) {
    Row& row = rows[i];
    if (separator == '\t' && layout.columns == 2 && row.fields.size() == 1)
      if (auto cut = cut_at_blanks(row.fields[0], layout, labels); !cut.empty()) row.fields = std::move(cut);
    size_t fields = row.fields.size();
    while (fields > layout.columns && is_blank(row.fields[fields - 1])) --fields;  // separators at the end of a line
    if (fields != layout.columns)
      odd.add(file.path(), row.line,
              fmt::format("{} {}-separated field{} where line {} has {}", fields, name, fields == 1 ? "" : "s",
                          rows[0].line, layout.columns),
              expected);
    else
      reading.examples.push_back({std::string(text::trim(row.fields[layout.text])),
                                  std::string(text::trim(row.fields[layout.label])), row.line});
  }
  return reading;
}

Reading from_label_lines(const std::vector<Line>& lines) {
  Reading reading{{}, "label, a space, sentence"};
  for (const Line& line : lines) {
    const std::string_view all = text::trim(line.text);
    const size_t space = std::min(all.find_first_of(" \t"), all.size());
    reading.examples.push_back(
        {std::string(text::trim(all.substr(space))), std::string(all.substr(0, space)), line.number});
  }
  const Raw& first = reading.examples.front();
  if (is_header({first.label, first.text}) && first.text.find(' ') == std::string::npos) {
    reading.examples.erase(reading.examples.begin());
    reading.format += ", with a header";
  }
  return reading;
}

// The first words of plain prose could pass as labels; real labels are few, and each occurs again.
void refuse_prose(const TextFile& file, std::vector<Raw>& examples, OddLines& odd) {
  std::map<std::string, int64_t> counts;
  size_t numbers = 0;
  for (const Raw& example : examples) {
    ++counts[example.label];
    numbers += is_number(example.label);
  }
  const size_t n = examples.size();
  const size_t most = n < 16 ? std::max<size_t>(2, n / 2) : std::min<size_t>(100, std::max<size_t>(8, n / 8));
  if (counts.size() > most && numbers < n)
    throw IoError(
        file.at(examples[0].line),
        fmt::format("no label: the lines begin with {} different words, the first with {}; {}",
                    words::grouped(static_cast<int64_t>(counts.size())), words::quote(examples[0].label), kExpected));
  const auto strange = [&](const Raw& example) {
    if (n <= 2) return false;
    return numbers * 10 >= n * 9 ? !is_number(example.label) : n >= 20 && counts[example.label] == 1;
  };
  std::vector<Raw> kept;
  for (Raw& example : examples)
    if (strange(example))
      odd.add(file.path(), example.line,
              fmt::format("{} is not a label: the other lines begin with theirs", words::quote(example.label)),
              kExpected);
    else
      kept.push_back(std::move(example));
  examples = std::move(kept);
}

// Does the first line name columns that we know, or begin with a quote, when cut at this separator?
bool is_strong(std::string_view first, char separator) {
  std::vector<std::string> cells;
  for (size_t begin = 0; begin <= first.size();) {
    const size_t end = std::min(first.find(separator, begin), first.size());
    std::string_view cell = text::trim(first.substr(begin, end - begin));
    if (cell.size() > 1 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
    cells.emplace_back(cell);
    begin = end + 1;
  }
  if (is_header(cells)) return true;
  if (!first.starts_with('"') || separator == ',') return first.starts_with('"');
  size_t end = 1;  // behind the closing quote
  while (end < first.size() && (first[end] != '"' || first.substr(end, 2) == "\"\"")) end += first[end] == '"' ? 2 : 1;
  return end + 1 < first.size() && first[end + 1] == separator;
}

// Rows of a tab-separated file. Quotes mean something only where it is plain: without them the rows differ in length,
// or a column is in quotes from end to end.
std::vector<Row> tab_rows(const TextFile& file) {
  std::vector<Row> raw = split_lines(file, '\t');
  if (file.text().find('"') == std::string_view::npos) return raw;
  OddLines none;
  try {
    std::vector<Row> quoted = parse_csv(file, none, {.separator = '\t'});
    const auto alike = [](const std::vector<Row>& rows) {
      return std::all_of(rows.begin(), rows.end(),
                         [&](const Row& row) { return row.fields.size() == rows.front().fields.size(); });
    };
    const auto in_quotes = [&](size_t column) {
      size_t count = 0;
      for (const Row& row : raw) {
        const std::string_view cell = column < row.fields.size() ? text::trim(row.fields[column]) : std::string_view();
        count += cell.size() >= 2 && cell.front() == '"' && cell.back() == '"';
      }
      return count * 10 >= raw.size() * 9 && raw.size() > 1;
    };
    if (quoted.empty() || !alike(quoted)) return raw;
    bool better = !alike(raw);
    for (size_t c = 0; c < quoted.front().fields.size() && !better; ++c) better = in_quotes(c);
    if (better) return quoted;
  } catch (const IoError&) {
    // a stray quote: quotes are part of the sentences
  }
  return raw;
}

// `sentence@label`, cut at the last sign of each line.
std::vector<Row> at_rows(const std::vector<Line>& lines) {
  std::vector<Row> rows;
  for (const Line& line : lines) {
    const size_t at = line.text.rfind('@');
    if (at == std::string_view::npos || at == 0) return {};
    rows.push_back({{std::string(line.text.substr(0, at)), std::string(line.text.substr(at + 1))}, line.number});
  }
  return rows;
}

// A table by one of these separators, if one gives nearly every line the same number of fields and a column of labels.
std::optional<Reading> guessed_table(const TextFile& file, const std::vector<Line>& lines,
                                     const LabelledTextOptions& options, OddLines& odd) {
  for (const char separator : {',', ';', '|', '@'}) {
    OddLines dropped{.skip = options.skip_bad_lines};
    std::vector<Row> rows;
    try {
      rows = separator == '@' ? at_rows(lines) : parse_csv(file, dropped, {.separator = separator});
    } catch (const IoError&) {
      continue;  // a stray quote: it is no table
    }
    trim_ends(rows);
    const bool asked = !options.label_column.empty() && usual_fields(rows) >= 2;
    if (!asked && !looks_labelled(rows)) continue;
    odd.count += dropped.count;
    odd.first.insert(odd.first.end(), dropped.first.begin(), dropped.first.end());
    return from_table(file, rows, separator, options, odd);
  }
  return std::nullopt;
}

// What is no table has no columns to choose.
Reading without_columns(const TextFile& file, const LabelledTextOptions& options, Reading reading) {
  if (!options.text_column.empty() || !options.label_column.empty())
    throw IoError(file.path(),
                  fmt::format("--text-column or --label-column was given, but the file is no table: its "
                              "lines are {}; expected columns separated by tabs, commas, semicolons or bars",
                              reading.format));
  return reading;
}

Reading read_any(const TextFile& file, const LabelledTextOptions& options, OddLines& odd) {
  std::vector<Line> lines;
  size_t tabs = 0;
  for (const Line& line : file.lines()) {
    if (is_blank(line.text)) continue;
    tabs += line.text.find('\t') != std::string_view::npos;
    lines.push_back(line);
  }
  refuse_other_json(file, lines);
  if (auto json = read_json_lines(file, lines, options, odd)) return *json;
  if (auto fasttext = read_fasttext(file, lines, odd)) return without_columns(file, options, std::move(*fasttext));
  if (auto trees = read_trees(file, lines, odd)) return without_columns(file, options, std::move(*trees));
  if (tabs * 2 >= lines.size() || is_strong(lines[0].text, '\t'))
    return from_table(file, tab_rows(file), '\t', options, odd);
  for (const char separator : {';', '|', ','})
    if (is_strong(lines[0].text, separator))
      return from_table(file, parse_csv(file, odd, {.separator = separator}), separator, options, odd);
  Reading reading = from_label_lines(lines);
  const bool numbered = std::all_of(reading.examples.begin(), reading.examples.end(),
                                    [](const Raw& example) { return is_number(example.label); });
  if (numbered && !reading.examples.empty()) return without_columns(file, options, std::move(reading));
  if (auto table = guessed_table(file, lines, options, odd)) return *table;
  reading = without_columns(file, options, std::move(reading));
  if (options.labels.empty()) refuse_prose(file, reading.examples, odd);
  return reading;
}

// Leaves out what has no label, or none that can be one; and what has no text, which is only counted.
void check_examples(const TextFile& file, Reading& reading, OddLines& odd, int64_t& empty) {
  std::vector<Raw> kept;
  for (Raw& example : reading.examples)
    if (example.label.empty())
      odd.add(file.path(), example.line, "a sentence without a label", kExpected);
    else if (example.label.size() > kLongestLabel)
      odd.add(file.path(), example.line,
              fmt::format("{} is {} bytes long, too long for a label (at most {})", words::quote(example.label),
                          example.label.size(), kLongestLabel),
              kExpected);
    else if (example.label.find_first_of("\r\n") != std::string::npos)
      odd.add(file.path(), example.line,
              fmt::format("the label {} has a line break in it", words::quote(example.label)), kExpected);
    else if (example.label.starts_with("\xEF\xBB\xBF"))  // labels.txt would be read without it
      odd.add(file.path(), example.line,
              fmt::format("the label {} begins with a byte order mark", words::quote(example.label)), kExpected);
    else if (example.text.empty())
      ++empty;
    else
      kept.push_back(std::move(example));
  reading.examples = std::move(kept);
}

// Tagged tokens read as labelled words: report it rather than learn nonsense.
void refuse_entity_tags(const TextFile& file, const std::set<std::string>& labels, const std::string& advice) {
  const bool tags = labels.contains("O") && std::all_of(labels.begin(), labels.end(), [](const std::string& label) {
                      return label == "O" || label.starts_with("B-") || label.starts_with("I-");
                    });
  if (tags && labels.size() > 1)
    throw IoError(file.path(), "the labels are entity tags (B-..., I-..., O); expected labelled sentences" + advice);
}

void check_labels(const TextFile& file, const LabelledTexts& data) {
  const size_t n = data.examples.size();
  if (data.labels.size() == 1)
    throw IoError(file.path(),
                  fmt::format("every one of the {} examples has the label {}; expected two classes or more", n,
                              words::quote(data.labels[0])));
  if (n >= 20 && data.labels.size() * 2 > n)
    throw IoError(file.path(), fmt::format("{} different labels in {} examples; expected a few classes ({})",
                                           data.labels.size(), n, data.format));
}

}  // namespace

std::vector<std::string> ordered_labels(std::vector<std::string> labels) {
  const auto key = [](const std::string& label) {
    double value = 0;
    if (!is_number(label)) return std::tuple(1, 0.0, label);
    std::from_chars(label.data(), label.data() + label.size(), value);
    return std::tuple(0, value, label);
  };
  std::sort(labels.begin(), labels.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

LabelledTexts read_labelled_texts(const std::string& path, const LabelledTextOptions& options) {
  const TextFile file(path, options.replace_invalid);
  OddLines odd{.skip = options.skip_bad_lines};
  Reading reading = read_any(file, options, odd);
  if (reading.examples.empty() && odd.count == 0)
    throw IoError(path, fmt::format("a header and no example; {}", kExpected));
  LabelledTexts data;
  data.path = path;
  data.format = reading.format;
  data.replaced = file.replaced();
  data.columns = reading.columns;
  data.text_column = reading.text_column;
  data.label_column = reading.label_column;
  check_examples(file, reading, odd, data.empty);
  data.skipped = odd.count;
  odd.check(path, static_cast<int64_t>(reading.examples.size()) + data.empty);
  if (reading.examples.empty())
    throw IoError(path,
                  fmt::format("no example is left: {} without a text, {} that do not read", data.empty, odd.count));
  LabelNames names(options.labels, options.fold_case);
  for (Raw& example : reading.examples) {
    names.add(example.label);
    if (names.size() > kMostLabels && options.labels.empty())
      throw IoError(path, fmt::format("more than {} different labels by line {}; expected a few classes ({})",
                                      words::grouped(kMostLabels), example.line, data.format));
  }
  const std::vector<std::string> found = names.settle();
  if (options.labels.empty()) refuse_entity_tags(file, {found.begin(), found.end()}, options.if_tags);
  data.labels = options.labels.empty() ? ordered_labels(found) : options.labels;
  std::unordered_map<std::string, int64_t> numbers;
  for (const std::string& label : data.labels) numbers.emplace(label, static_cast<int64_t>(numbers.size()));
  data.counts.resize(data.labels.size());
  for (Raw& example : reading.examples) {
    const auto label = numbers.find(names.of(example.label));
    if (label == numbers.end())
      throw IoError(file.at(example.line), fmt::format("label {} was not in the training data; expected one of: {}",
                                                       words::quote(example.label), fmt::join(data.labels, ", ")));
    ++data.counts[static_cast<size_t>(label->second)];
    data.examples.push_back({std::move(example.text), label->second, example.line});
  }
  if (options.labels.empty()) check_labels(file, data);
  if (data.empty > 0) data.notes.push_back(words::plural(data.empty, "example") + " without a text left out");
  if (data.skipped > 0) data.notes.push_back(odd.note());
  for (std::string& note : names.notes()) data.notes.push_back(std::move(note));
  return data;
}

}  // namespace lemma::data
