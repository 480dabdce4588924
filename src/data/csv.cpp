#include "csv.h"

#include <fmt/format.h>

#include <optional>

#include "lemma/core/words.h"

namespace lemma::data {
namespace {

constexpr int kMostUnclosed = 100;

// What is wrong with a record, where it is, and what would be right.
struct Fault {
  int64_t line;
  std::string what, expected;
};

class CsvReader {
 public:
  CsvReader(const TextFile& file, OddLines& odd, const CsvOptions& options)
      : file_(file), odd_(odd), options_(options), text_(file.text()) {}

  std::vector<Row> run() {
    std::vector<Row> rows;
    while (at_ < text_.size()) {
      Row row{{}, line_};
      const size_t begin = at_;
      fault_.reset();
      do row.fields.push_back(field());
      while (!fault_ && take(options_.separator));
      if (fault_) {  // the rest of the line goes with it, and the next line is read as if nothing had been open
        if (unclosed_ > kMostUnclosed) odd_.skip = false;  // each was looked for up to the end of the file
        odd_.add(file_.path(), fault_->line, fault_->what, fault_->expected);
        at_ = begin;
        line_ = row.line;
        while (!at_end()) ++at_;
        end_of_line();
        continue;
      }
      end_of_line();
      if (options_.keep_blank || row.fields.size() > 1 || !is_blank(row.fields[0])) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  bool at_end() const { return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '\r'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void end_of_line() {
    const bool carriage_return = take('\r');
    if (take('\n') || carriage_return) ++line_;
  }
  size_t after_blanks(size_t at) const {
    while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t') && text_[at] != options_.separator) ++at;
    return at;
  }

  std::string field() {
    const size_t begin = at_;
    if (take('"')) return quoted_field();
    if (const size_t quote = after_blanks(at_);
        unclosed_ <= kMostUnclosed && quote < text_.size() && text_[quote] == '"') {
      const int64_t line = line_;
      at_ = quote + 1;
      std::string out = quoted_field();
      if (!fault_) return out;
      fault_.reset();  // no quoted field after all: a sentence that begins with a quotation
      at_ = begin;
      line_ = line;
    }
    while (!at_end() && text_[at_] != options_.separator) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string quoted_field() {
    const int64_t opened = line_;
    std::string out;
    for (;;) {
      if (at_ >= text_.size()) {
        ++unclosed_;
        fault_ = {opened, fmt::format("the quote before {} is never closed", words::quote(out.substr(0, 30))),
                  "expected a closing \" (a quote inside a field is doubled: \"\")"};
        return out;
      }
      const char c = text_[at_++];
      if (c == '"' && !take('"')) break;
      if (c == '\n') ++line_;
      out += c;
    }
    const size_t next = after_blanks(at_);
    if (next >= text_.size() || text_[next] == '\n' || text_[next] == '\r' || text_[next] == options_.separator)
      at_ = next;
    else
      fault_ = {line_, fmt::format("{} follows a closing quote", words::quote(text_.substr(at_, 1))),
                fmt::format("expected a {} or the end of the line (a quote inside a field is doubled: \"\")",
                            separator_name(options_.separator))};
    return out;
  }

  const TextFile& file_;
  OddLines& odd_;
  CsvOptions options_;
  std::string_view text_;
  size_t at_ = 0;
  int64_t line_ = 1;
  std::optional<Fault> fault_;
  int unclosed_ = 0;
};

}  // namespace

std::vector<Row> parse_csv(const TextFile& file, OddLines& odd, const CsvOptions& options) {
  return CsvReader(file, odd, options).run();
}

std::vector<Row> split_lines(const TextFile& file, char separator) {
  std::vector<Row> rows;
  for (const Line& line : file.lines()) {
    if (is_blank(line.text)) continue;
    Row row{{}, line.number};
    std::string_view rest = line.text;
    for (size_t at; (at = rest.find(separator)) != std::string_view::npos; rest.remove_prefix(at + 1))
      row.fields.emplace_back(rest.substr(0, at));
    row.fields.emplace_back(rest);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string separator_name(char separator) {
  switch (separator) {
    case '\t':
      return "tab";
    case ';':
      return "semicolon";
    case '|':
      return "bar";
    case '@':
      return "at sign";
    default:
      return "comma";
  }
}

}  // namespace lemma::data
