#include "conll.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/text/utf8.h"
#include "tag_columns.h"
#include "tag_forms.h"
#include "tag_table.h"

namespace lemma::data {
namespace {

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

// Names the scheme, and rewrites the letters of BILOU and BMES to those of BIOES.
std::string settle_scheme(std::vector<ConllSentence>& sentences) {
  std::set<char> letters;
  for (ConllSentence& sentence : sentences)
    for (ConllRow& row : sentence.rows) {
      letters.insert(row.tag[0]);
      if (row.tag[0] == 'U') row.tag[0] = 'S';
      if (row.tag[0] == 'L') row.tag[0] = 'E';
      if (row.tag[0] == 'M') row.tag[0] = 'I';
    }
  if (letters.contains('U') || letters.contains('L')) return "BILOU";
  if (letters.contains('M')) return "BMES";
  if (letters.contains('S') || letters.contains('E')) return "BIOES";
  if (!letters.contains('B')) return letters.contains('I') ? "IO" : "BIO";
  return is_iob1(sentences) ? "IOB1" : "BIO";
}

class Sentences {
 public:
  Sentences(const TextFile& file, const TagTable& table, const TagColumns& columns, OddLines& odd)
      : file_(file), table_(table), columns_(columns), odd_(odd) {}

  std::vector<ConllSentence> run() {
    for (const TagBlock& block : table_.blocks) {
      open_ = false;
      for (const TagRow& row : block.rows) add(row, block.document);
    }
    return std::move(sentences_);
  }
  int64_t rewritten() const { return rewritten_; }

 private:
  void add(const TagRow& row, int64_t document) {
    const std::string tag(text::trim(row.fields[columns_.tag]));
    const auto form = tag_form(tag);
    if (!form) {
      const std::string where =
          columns_.tag + 1 == table_.columns ? "the last column" : fmt::format("column {}", columns_.tag + 1);
      return odd_.add(file_.path(), row.line,
                      (tag.empty() ? "an empty column" : words::quote(tag)) + " is not an entity tag",
                      "expected O, or B-, I-, E-, S-, L- or U- and a type, as in B-PER, in " + where);
    }
    rewritten_ += *form != tag;
    if (begins_sentence(row) || !open_) sentences_.push_back({{}, document});
    open_ = true;
    sentences_.back().rows.push_back({std::string(text::trim(row.fields[columns_.token])), *form, row.line});
  }

  bool begins_sentence(const TagRow& row) {
    if (columns_.sentence == kNoColumn || row.fields[columns_.sentence].empty()) return false;
    const bool fresh = row.fields[columns_.sentence] != sentence_;
    sentence_ = row.fields[columns_.sentence];
    return fresh;
  }

  const TextFile& file_;
  const TagTable& table_;
  TagColumns columns_;
  OddLines& odd_;
  std::vector<ConllSentence> sentences_;
  std::string sentence_;  // what the sentence column said last
  bool open_ = false;
  int64_t rewritten_ = 0;
};

std::string format_of(const TagTable& table, const TagColumns& columns) {
  if (table.separator == '/') return "token/TAG, a sentence a line";
  std::string text = fmt::format("{}-separated, {} columns", separator_text(table.separator).substr(2), table.columns);
  if (!table.header.empty()) text += ", with a header";
  if (columns.counted) text += ", the first counts tokens";
  if (columns.sentence != kNoColumn) text += fmt::format(", column {} numbers sentences", columns.sentence + 1);
  const bool usual = columns.tag + 1 == table.columns && columns.token == (columns.counted ? 1 : 0);
  if (!usual) text += fmt::format(", token in column {}, tag in column {}", columns.token + 1, columns.tag + 1);
  return text;
}

void note(ConllFile& out, int64_t count, const char* what, const char* done) {
  if (count > 0) out.notes.push_back(fmt::format("{} {}", words::plural(count, what), done));
}

}  // namespace

ConllFile parse_conll(const TextFile& file, const TaggedSentenceOptions& options, OddLines& odd) {
  const TagTable table = read_tag_table(file, odd);
  const TagColumns columns = tag_columns_of(table, file.path(), options);
  Sentences reader(file, table, columns, odd);
  ConllFile out;
  out.path = file.path();
  out.sentences = reader.run();
  if (out.sentences.empty()) throw IoError(file.path(), "no sentence; expected lines of a token and its tag");
  out.format = format_of(table, columns);
  out.scheme = settle_scheme(out.sentences);
  for (size_t c = 0; c < table.columns; ++c)
    out.columns.push_back(table.header.empty() ? std::to_string(c + 1) : std::string(text::trim(table.header[c])));
  out.token_column = out.columns[columns.token];
  out.tag_column = out.columns[columns.tag];
  note(out, table.comments, "comment line", "left out");
  note(out, table.words_of_many, "multiword token or empty node", "left out");
  note(out, table.repaired, "line", "separated by blanks instead of tabs");
  note(out, reader.rewritten(), "tag", "in another spelling than B-PER, read as such");
  return out;
}

}  // namespace lemma::data
