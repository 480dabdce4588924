#include "conll.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/text/utf8.h"

namespace lemma::data {
namespace {

struct Columns {
  std::vector<std::string_view> fields;
  int64_t line = 0;
};
struct Block {
  std::vector<Columns> rows;
  int64_t document = 0;
};

std::vector<std::string_view> split_fields(std::string_view line, bool tabs) {
  std::vector<std::string_view> fields;
  if (tabs) {
    for (size_t tab; (tab = line.find('\t')) != std::string_view::npos; line.remove_prefix(tab + 1))
      fields.push_back(line.substr(0, tab));
    fields.push_back(line);
    return fields;
  }
  for (size_t begin; (begin = line.find_first_not_of(" \t")) != std::string_view::npos;) {
    line.remove_prefix(begin);
    const size_t end = std::min(line.find_first_of(" \t"), line.size());
    fields.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return fields;
}

bool is_docstart(std::string_view line) {
  constexpr std::string_view kMark = "-DOCSTART-";
  return line.starts_with(kMark) &&
         (line.size() == kMark.size() || line[kMark.size()] == ' ' || line[kMark.size()] == '\t');
}

bool uses_tabs(const std::vector<Line>& lines) {
  size_t with = 0, all = 0;
  for (const Line& line : lines) {
    if (is_blank(line.text) || is_docstart(line.text)) continue;
    ++all;
    with += line.text.find('\t') != std::string_view::npos;
  }
  return with * 2 > all;
}

// Sentences as blocks of rows. A document mark may come before a document or after it: either way it ends what came
// before.
std::vector<Block> blocks_of(const TextFile& file, bool tabs) {
  std::vector<Block> blocks;
  int64_t document = 0;
  bool open = false, document_used = false;
  size_t columns = 0;
  int64_t first_line = 0;
  const std::string separator = tabs ? "a tab" : "a space";
  for (const Line& line : file.lines()) {
    if (is_docstart(line.text)) {
      document += document_used;
      open = document_used = false;
      continue;
    }
    if (is_blank(line.text)) {
      open = false;
      continue;
    }
    Columns row{split_fields(line.text, tabs), line.number};
    if (row.fields.size() < 2)
      throw IoError(file.at(line.number), fmt::format("one column, {}; expected a token, {} and its tag",
                                                      words::quote(line.text), separator));
    if (columns == 0) {
      columns = row.fields.size();
      first_line = line.number;
    }
    if (row.fields.size() != columns)
      throw IoError(
          file.at(line.number),
          fmt::format("{} columns where line {} has {}; expected the same number in every line, separated by {}",
                      row.fields.size(), first_line, columns, separator));
    if (!open) blocks.push_back({{}, document});
    open = document_used = true;
    blocks.back().rows.push_back(std::move(row));
  }
  return blocks;
}

// Does the first column say 0 1 2 ... (or 1 2 3 ...) in every sentence? Two columns are always token and tag.
bool counts_tokens(const std::vector<Block>& blocks) {
  for (const int64_t start : {0, 1}) {
    const bool all = std::all_of(blocks.begin(), blocks.end(), [&](const Block& block) {
      int64_t expected = start;
      return std::all_of(block.rows.begin(), block.rows.end(), [&](const Columns& row) {
        return row.fields.size() >= 3 && row.fields[0] == std::to_string(expected++);
      });
    });
    if (all) return true;
  }
  return false;
}

std::string checked_tag(const TextFile& file, const Columns& row) {
  const std::string_view tag = text::trim(row.fields.back());
  if (tag == "O") return "O";
  const bool prefixed =
      tag.size() > 2 && tag[1] == '-' && std::string_view("BIESLU").find(tag[0]) != std::string_view::npos;
  if (!prefixed)
    throw IoError(file.at(row.line),
                  fmt::format("{} is not an entity tag; expected O, or B-, I-, E-, S-, L- or U- and a type, "
                              "as in B-PER, in the last column",
                              tag.empty() ? "an empty column" : words::quote(tag)));
  return std::string(tag);
}

// IOB1 writes B- only where an entity touches one of the same type before it.
bool is_iob1(const std::vector<ConllSentence>& sentences) {
  bool any = false;
  for (const ConllSentence& sentence : sentences)
    for (size_t i = 0; i < sentence.rows.size(); ++i) {
      const std::string& tag = sentence.rows[i].tag;
      if (!tag.starts_with("B-")) continue;
      if (i == 0 || sentence.rows[i - 1].tag == "O" || sentence.rows[i - 1].tag.substr(2) != tag.substr(2))
        return false;
      any = true;
    }
  return any;
}

// Names the scheme, and rewrites the letters of BILOU to those of BIOES.
std::string settle_scheme(std::vector<ConllSentence>& sentences) {
  std::set<char> letters;
  for (ConllSentence& sentence : sentences)
    for (ConllRow& row : sentence.rows) {
      letters.insert(row.tag[0]);
      if (row.tag[0] == 'U') row.tag[0] = 'S';
      if (row.tag[0] == 'L') row.tag[0] = 'E';
    }
  if (letters.contains('U') || letters.contains('L')) return "BILOU";
  if (letters.contains('S') || letters.contains('E')) return "BIOES";
  if (!letters.contains('B')) return letters.contains('I') ? "IO" : "BIO";
  return is_iob1(sentences) ? "IOB1" : "BIO";
}

}  // namespace

ConllFile parse_conll(const TextFile& file) {
  ConllFile out;
  out.path = file.path();
  out.tabs = uses_tabs(file.lines());
  const std::vector<Block> blocks = blocks_of(file, out.tabs);
  if (blocks.empty()) throw IoError(file.path(), "no sentence; expected lines of a token and its tag");
  out.counted = counts_tokens(blocks);
  out.columns = blocks.front().rows.front().fields.size();
  for (const Block& block : blocks) {
    ConllSentence sentence{{}, block.document};
    for (const Columns& row : block.rows)
      sentence.rows.push_back(
          {std::string(text::trim(row.fields[out.counted ? 1 : 0])), checked_tag(file, row), row.line});
    out.sentences.push_back(std::move(sentence));
  }
  out.scheme = settle_scheme(out.sentences);
  return out;
}

}  // namespace lemma::data
