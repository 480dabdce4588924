#include "lemma/data/labelled_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "label_table.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/text_file.h"
#include "lemma/io/files.h"
#include "lemma/text/utf8.h"

namespace lemma::data {
namespace {

constexpr const char* kExpected = "expected `sentence<TAB>label`, `label sentence` or CSV";
constexpr size_t kLongestLabel = 64;

// An example before labels have numbers.
struct Raw {
  std::string text, label;
  int64_t line;
};
struct Reading {
  std::vector<Raw> examples;
  std::string format;
};

std::vector<Row> split_tabs(const std::vector<Line>& lines) {
  std::vector<Row> rows;
  for (const Line& line : lines) {
    Row row{{}, line.number};
    std::string_view rest = line.text;
    for (size_t tab; (tab = rest.find('\t')) != std::string_view::npos; rest.remove_prefix(tab + 1))
      row.fields.emplace_back(rest.substr(0, tab));
    row.fields.emplace_back(rest);
    rows.push_back(std::move(row));
  }
  return rows;
}

Reading from_table(const TextFile& file, const std::vector<Row>& rows, const std::string& separator,
                   const std::vector<std::string>& known) {
  const TableLayout layout = layout_of(rows, file.path(), known);
  Reading reading;
  reading.format = fmt::format("{}-separated, {} first, {} header", separator,
                               layout.text < layout.label ? "sentence" : "label", layout.header ? "with a" : "without");
  for (size_t i = layout.header ? 1 : 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    if (row.fields.size() != layout.columns)
      throw IoError(
          file.at(row.line),
          fmt::format("{} {}-separated field{} where line {} has {}; expected a sentence and a label{}",
                      row.fields.size(), separator, row.fields.size() == 1 ? "" : "s", rows[0].line, layout.columns,
                      separator == "comma" ? " (a sentence with commas goes in double quotes)" : ""));
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
void refuse_prose(const TextFile& file, const std::vector<Raw>& examples) {
  std::map<std::string, int64_t> counts;
  size_t numbers = 0;
  for (const Raw& example : examples) {
    ++counts[example.label];
    numbers += is_number(example.label);
  }
  const size_t n = examples.size();
  const size_t most = n < 16 ? std::max<size_t>(2, n / 2) : std::min<size_t>(100, std::max<size_t>(8, n / 8));
  if (counts.size() > most && numbers < n)
    throw IoError(file.at(examples[0].line),
                  fmt::format("no label: the lines begin with {} different words, the first with {}; {}", counts.size(),
                              words::quote(examples[0].label), kExpected));
  for (const Raw& example : examples) {
    const bool odd = numbers * 10 >= n * 9 ? !is_number(example.label) : n >= 20 && counts[example.label] == 1;
    if (odd && n > 2)
      throw IoError(file.at(example.line), fmt::format("{} is not a label: the other lines begin with theirs; {}",
                                                       words::quote(example.label), kExpected));
  }
}

bool is_strong_csv(std::string_view first) {
  std::vector<std::string> cells;
  for (size_t begin = 0; begin <= first.size();) {
    const size_t end = std::min(first.find(',', begin), first.size());
    std::string_view cell = text::trim(first.substr(begin, end - begin));
    if (cell.size() > 1 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
    cells.emplace_back(cell);
    begin = end + 1;
  }
  return first.starts_with('"') || is_header(cells);
}

Reading read_any(const TextFile& file, const LabelledTextOptions& options) {
  std::vector<Line> lines;
  size_t tabs = 0;
  for (const Line& line : file.lines()) {
    if (is_blank(line.text)) continue;
    tabs += line.text.find('\t') != std::string_view::npos;
    lines.push_back(line);
  }
  if (tabs * 2 >= lines.size()) return from_table(file, split_tabs(lines), "tab", options.labels);
  if (is_strong_csv(lines[0].text)) return from_table(file, parse_csv(file), "comma", options.labels);
  Reading reading = from_label_lines(lines);
  const bool numbered = std::all_of(reading.examples.begin(), reading.examples.end(),
                                    [](const Raw& example) { return is_number(example.label); });
  if (numbered) return reading;
  try {
    const std::vector<Row> rows = parse_csv(file);
    if (looks_labelled(rows)) return from_table(file, rows, "comma", options.labels);
  } catch (const IoError&) {
    // a stray quote: it is not CSV
  }
  if (options.labels.empty()) refuse_prose(file, reading.examples);
  return reading;
}

void check_example(const TextFile& file, const Raw& example) {
  if (example.label.empty())
    throw IoError(file.at(example.line), fmt::format("a sentence without a label; {}", kExpected));
  if (example.label.size() > kLongestLabel)
    throw IoError(file.at(example.line),
                  fmt::format("{} is {} bytes long, too long for a label (at most {}); {}", words::quote(example.label),
                              example.label.size(), kLongestLabel, kExpected));
  if (example.text.empty())
    throw IoError(file.at(example.line),
                  fmt::format("the label {} without a sentence; {}", words::quote(example.label), kExpected));
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
  if (data.labels.size() > 1000 || (n >= 20 && data.labels.size() * 2 > n))
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
  Reading reading = read_any(file, options);
  if (reading.examples.empty()) throw IoError(path, fmt::format("a header and no example; {}", kExpected));
  std::set<std::string> found;
  for (const Raw& example : reading.examples) {
    check_example(file, example);
    found.insert(example.label);
  }
  LabelledTexts data{path, reading.format, {}, options.labels, {}, file.replaced()};
  if (options.labels.empty()) {
    refuse_entity_tags(file, found, options.if_tags);
    data.labels = ordered_labels({found.begin(), found.end()});
  }
  data.counts.resize(data.labels.size());
  for (Raw& example : reading.examples) {
    const auto label = std::find(data.labels.begin(), data.labels.end(), example.label);
    if (label == data.labels.end())
      throw IoError(file.at(example.line), fmt::format("label {} was not in the training data; expected one of: {}",
                                                       words::quote(example.label), fmt::join(data.labels, ", ")));
    const auto index = label - data.labels.begin();
    ++data.counts[static_cast<size_t>(index)];
    data.examples.push_back({std::move(example.text), index, example.line});
  }
  if (options.labels.empty()) check_labels(file, data);
  return data;
}

}  // namespace lemma::data
