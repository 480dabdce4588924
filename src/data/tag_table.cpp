#include "tag_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "csv.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/text/utf8.h"
#include "tag_forms.h"

namespace lemma::data {
namespace {

std::vector<std::string> split_fields(std::string_view line, char separator) {
  std::vector<std::string> fields;
  if (separator == ' ') return text::split_spaces(line);
  for (size_t at; (at = line.find(separator)) != std::string_view::npos; line.remove_prefix(at + 1))
    fields.emplace_back(line.substr(0, at));
  fields.emplace_back(line);
  return fields;
}

bool is_docstart(std::string_view line) {
  constexpr std::string_view kMark = "-DOCSTART-";
  return line.starts_with(kMark) &&
         (line.size() == kMark.size() || std::string_view(" \t,").find(line[kMark.size()]) != std::string_view::npos);
}

// "# id = 7", "-- a comment": what follows the sign is for people.
bool may_be_comment(std::string_view line) {
  return line == "#" || line.starts_with("# ") || line.starts_with("#\t") || line.starts_with("-- ") ||
         (line.starts_with('#') && line.find('=') != std::string_view::npos);
}

std::optional<std::string> last_tag(const std::vector<std::string>& fields) {
  return fields.size() < 2 ? std::nullopt : tag_form(text::trim(fields.back()));
}

// "EU/B-ORG": a word and its tag.
bool is_tagged_word(std::string_view word) {
  const size_t slash = word.rfind('/');
  return slash != std::string_view::npos && slash > 0 && tag_form(word.substr(slash + 1)).has_value();
}

std::vector<Line> rows_of(const TextFile& file) {
  std::vector<Line> rows;
  for (const Line& line : file.lines())
    if (!is_blank(line.text) && !is_docstart(line.text) && !may_be_comment(line.text)) rows.push_back(line);
  return rows;
}

char separator_of(const std::vector<Line>& lines) {
  size_t tabs = 0, words = 0, tagged = 0, commas = 0, blanks = 0;
  for (const Line& line : lines) {
    tabs += line.text.find('\t') != std::string_view::npos;
    const size_t comma = line.text.rfind(',');
    commas += comma != std::string_view::npos && comma > 0 && line.text.find(' ', comma) == std::string_view::npos;
    for (const std::string& word : text::split_spaces(line.text)) {
      ++words;
      tagged += is_tagged_word(word);
    }
    blanks += last_tag(text::split_spaces(line.text)).has_value();
  }
  if (tabs * 2 > lines.size()) return '\t';
  if (tagged * 10 >= words * 9 && words > 0) return '/';
  if (commas * 10 >= lines.size() * 9 && blanks * 2 < lines.size()) return ',';
  return ' ';
}

bool is_header_name(std::string_view cell) {
  static constexpr std::array<std::string_view, 22> names = {
      "token", "tokens", "word", "words", "tag", "tags", "ner", "ner_tag", "ner tag", "ner_tags", "ner-tag",
      "label", "entity", "iob",  "bio",   "pos", "form", "id",  "lemma",   "labels",  "chunk",    "sentence #"};
  return std::find(names.begin(), names.end(), text::lower(text::trim(cell))) != names.end();
}

// Two names of columns or more, and the last is no tag.
bool names_columns(const std::vector<std::string>& fields) {
  return fields.size() >= 2 && !last_tag(fields) && std::count_if(fields.begin(), fields.end(), is_header_name) >= 2;
}

// CoNLL-U: "3-4" is a token of several words, "5.1" a word that is not in the text.
bool is_word_of_many(std::string_view id) {
  const size_t sign = id.find_first_of("-.");
  if (sign == std::string_view::npos || sign == 0 || sign + 1 == id.size()) return false;
  const auto digits = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  return digits(id.substr(0, sign)) && digits(id.substr(sign + 1));
}

class Reader {
 public:
  Reader(const TextFile& file, OddLines& odd) : file_(file), odd_(odd) {
    const std::vector<Line> lines = rows_of(file);
    table_.separator = separator_of(lines);
    std::map<size_t, size_t> counts;
    for (const Line& line : lines) ++counts[cut(line.text).size()];
    size_t most = 0;
    for (const auto& [columns, count] : counts)
      if (columns >= 2 && count > most) {
        most = count;
        usual_ = columns;
      }
    numbered_ = usual_ >= 3 && std::all_of(lines.begin(), lines.end(), [&](const Line& line) {
                  const std::string id = cut(line.text)[0];
                  return is_word_of_many(id) || id.find_first_not_of("0123456789") == std::string::npos;
                });
  }

  TagTable run() {
    if (table_.separator == '/')
      words();
    else if (table_.separator == ',')
      records();
    else
      columns();
    if (table_.blocks.empty()) throw IoError(file_.path(), "no sentence; expected lines of a token and its tag");
    return std::move(table_);
  }

 private:
  std::vector<std::string> cut(std::string_view line) const { return split_fields(line, table_.separator); }

  // Does the line end or begin something instead of being a row?
  bool is_break(std::string_view line) {
    if (is_docstart(line)) {
      document_ += document_used_;
      open_ = document_used_ = false;
      return true;
    }
    if (is_blank(line)) open_ = false;
    return is_blank(line);
  }

  void add(std::vector<std::string> fields, int64_t line) {
    if (!open_) table_.blocks.push_back({{}, document_});
    open_ = document_used_ = true;
    table_.blocks.back().rows.push_back({std::move(fields), line});
  }

  void add_row(std::vector<std::string> fields, const Line& line) {
    while (fields.size() > usual_ && usual_ > 0 && is_blank(fields.back())) fields.pop_back();
    if (table_.separator == '\t' && fields.size() == 1)
      if (auto words = text::split_spaces(line.text); words.size() == usual_ && last_tag(words)) {
        fields = std::move(words);
        ++table_.repaired;
      }
    const std::string separator = separator_text(table_.separator);
    if (fields.size() < 2)
      return odd_.add(file_.path(), line.number, fmt::format("one column, {}", words::quote(line.text)),
                      fmt::format("expected a token, {} and its tag", separator));
    if (table_.columns == 0) {
      if (table_.header.empty() && names_columns(fields)) {
        table_.header = fields;
        table_.columns = fields.size();
        first_line_ = line.number;
        return;
      }
      table_.columns = odd_.skip && usual_ > 0 ? usual_ : fields.size();
      first_line_ = fields.size() == table_.columns ? line.number : 0;  // 0: no one line says how many
    }
    if (fields.size() != table_.columns)
      return odd_.add(
          file_.path(), line.number,
          fmt::format("{} where {} {}", words::plural(static_cast<int64_t>(fields.size()), "column"),
                      first_line_ == 0 ? "most lines have" : fmt::format("line {} has", first_line_), table_.columns),
          "expected the same number in every line, separated by " + separator);
    if (numbered_ && is_word_of_many(fields[0])) {
      ++table_.words_of_many;
      return;
    }
    add(std::move(fields), line.number);
  }

  void columns() {
    for (const Line& line : file_.lines()) {
      if (is_break(line.text)) continue;
      std::vector<std::string> fields = cut(line.text);
      if (may_be_comment(line.text) && (fields.size() != usual_ || !last_tag(fields))) {
        ++table_.comments;
        continue;
      }
      add_row(std::move(fields), line);
    }
  }

  void records() {
    for (Row& row : parse_csv(file_, odd_, {.separator = ',', .keep_blank = true})) {
      const std::string& first = row.fields[0];
      if (row.fields.size() == 1 || is_docstart(first)) {
        if (is_break(first)) continue;
        if (may_be_comment(first)) {
          ++table_.comments;
          continue;
        }
      }
      if (std::all_of(row.fields.begin(), row.fields.end(), [](const std::string& f) { return f.empty(); })) {
        open_ = false;
        continue;
      }
      add_row(row.fields, {first, row.line});
    }
  }

  void words() {
    table_.columns = 2;
    for (const Line& line : file_.lines()) {
      open_ = false;
      if (is_break(line.text)) continue;
      for (const std::string& word : text::split_spaces(line.text)) {
        const size_t slash = word.rfind('/');
        if (!is_tagged_word(word))
          odd_.add(file_.path(), line.number, fmt::format("{} has no tag", words::quote(word)),
                   "expected token/TAG, as in Lima/B-LOC");
        else
          add({word.substr(0, slash), word.substr(slash + 1)}, line.number);
      }
    }
  }

  const TextFile& file_;
  OddLines& odd_;
  TagTable table_;
  size_t usual_ = 0;       // the number of columns that most rows have
  bool numbered_ = false;  // the first column counts tokens, as in CoNLL-U
  bool open_ = false, document_used_ = false;
  int64_t document_ = 0, first_line_ = 0;
};

}  // namespace

std::string separator_text(char separator) {
  switch (separator) {
    case '\t':
      return "a tab";
    case ',':
      return "a comma";
    case '/':
      return "a slash";
    default:
      return "a space";
  }
}

TagTable read_tag_table(const TextFile& file, OddLines& odd) { return Reader(file, odd).run(); }

}  // namespace lemma::data
