#include "lemma/data/text_file.h"

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/io/gzip.h"
#include "lemma/text/utf8.h"

namespace lemma::data {

TextFile::TextFile(const std::string& path, bool replace_invalid) : path_(path), contents_(io::read_text_file(path)) {
  if (io::is_gzip(contents_)) throw IoError(path, "is gzipped twice; gunzip it once");
  if (contents_.empty()) throw IoError(path, "the file is empty; expected a text file with one example per line");
  using namespace std::string_view_literals;
  if (contents_.starts_with("\xFF\xFE\0\0"sv) || contents_.starts_with("\0\0\xFE\xFF"sv))
    throw IoError(path, "the file is UTF-32; expected UTF-8 (iconv -f UTF-32 -t UTF-8 converts it)");
  if (contents_.starts_with("\xFF\xFE") || contents_.starts_with("\xFE\xFF"))
    throw IoError(path, "the file is UTF-16; expected UTF-8 (iconv -f UTF-16 -t UTF-8 converts it)");
  if (const size_t nul = contents_.find('\0'); nul != std::string::npos)
    throw IoError(path, fmt::format("the file is binary: byte {} is NUL; expected UTF-8 text", nul));
  if (const auto bad = text::find_bad_byte(contents_)) {
    if (!replace_invalid)
      throw IoError(
          fmt::format("{}:{}:{}", path, bad->line, bad->column),
          fmt::format("byte 0x{:02x} is not UTF-8 (it may be Latin-1); expected UTF-8 (iconv -f LATIN1 -t UTF-8 "
                      "converts it), or ask for bad bytes to be replaced",
                      bad->value));
    contents_ = text::replace_bad_bytes(contents_, &replaced_);
  }
  text_ = text::without_bom(contents_);
  if (is_blank(text_)) throw IoError(path, "the file holds nothing but blanks; expected one example per line");
}

std::vector<Line> TextFile::lines() const {
  const char end = text_.find('\n') == std::string_view::npos ? '\r' : '\n';
  std::vector<Line> out;
  for (size_t begin = 0; begin < text_.size();) {
    const size_t stop = std::min(text_.find(end, begin), text_.size());
    std::string_view line = text_.substr(begin, stop - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.push_back({line, static_cast<int64_t>(out.size()) + 1});
    begin = stop + 1;
  }
  return out;
}

std::string TextFile::at(int64_t line) const { return fmt::format("{}:{}", path_, line); }

bool is_blank(std::string_view line) { return text::trim(line).empty(); }

}  // namespace lemma::data
