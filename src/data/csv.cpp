#include "csv.h"

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"

namespace lemma::data {
namespace {

class CsvReader {
 public:
  explicit CsvReader(const TextFile& file) : file_(file), text_(file.text()) {}

  std::vector<Row> run() {
    std::vector<Row> rows;
    while (at_ < text_.size()) {
      Row row{{}, line_};
      do row.fields.push_back(field());
      while (take(','));
      end_of_line();
      if (row.fields.size() > 1 || !is_blank(row.fields[0])) rows.push_back(std::move(row));
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

  std::string field() {
    if (take('"')) return quoted_field();
    std::string out;
    while (!at_end() && text_[at_] != ',') out += text_[at_++];
    return out;
  }

  std::string quoted_field() {
    const int64_t opened = line_;
    std::string out;
    for (;;) {
      if (at_ >= text_.size())
        throw IoError(
            file_.at(opened),
            fmt::format(
                "the quote before {} is never closed; expected a closing \" (a quote inside a field is doubled: \"\")",
                words::quote(out.substr(0, 30))));
      const char c = text_[at_++];
      if (c == '"' && !take('"')) break;
      if (c == '\n') ++line_;
      out += c;
    }
    if (!at_end() && text_[at_] != ',')
      throw IoError(file_.at(line_), fmt::format("{} follows a closing quote; expected a comma or the end of the line "
                                                 "(a quote inside a field is doubled: \"\")",
                                                 words::quote(text_.substr(at_, 1))));
    return out;
  }

  const TextFile& file_;
  std::string_view text_;
  size_t at_ = 0;
  int64_t line_ = 1;
};

}  // namespace

std::vector<Row> parse_csv(const TextFile& file) { return CsvReader(file).run(); }

}  // namespace lemma::data
