#include "catch.h"
#include "lemma/data/tagged_sentences.h"
#include "lemma/data/tags.h"
#include "text_file_helper.h"

using namespace lemma;
using namespace lemma::data;

namespace {
TaggedSentences read(std::string_view contents, const TaggedSentenceOptions& options = {}) {
  const TempDir dir;
  return read_tagged_sentences(write_text(dir, "f", contents), options);
}
// "token/tag token/tag" for each sentence.
std::vector<std::string> sentences(std::string_view contents) {
  std::vector<std::string> out;
  for (const TaggedSentence& s : read(contents).sentences) {
    std::string line;
    for (size_t i = 0; i < s.tokens.size(); ++i) line += (i ? " " : "") + s.tokens[i] + "/" + s.tags[i];
    out.push_back(line);
  }
  return out;
}
std::string refused(std::string_view contents, const TaggedSentenceOptions& options = {}) {
  return refusal(contents, [&](const std::string& path) { read_tagged_sentences(path, options); });
}
const std::vector<std::string> kTwo = {"New/B-LOC York/I-LOC is/O", "Ann/B-PER"};
}  // namespace

TEST_CASE("every way to write entity columns reads the same", "[data]") {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"New\tB-LOC\nYork\tI-LOC\nis\tO\n\nAnn\tB-PER\n", "tab-separated, 2 columns; BIO"},
      {"New B-LOC\nYork I-LOC\nis O\n\nAnn B-PER", "space-separated, 2 columns; BIO"},
      {"New NNP x I-LOC\nYork NNP x I-LOC\nis VB x O\n\nAnn NNP x I-PER\n", "space-separated, 4 columns; IO"},
      {"0\tNew\tB-LOC\n1\tYork\tI-LOC\n2\tis\tO\n\n0\tAnn\tB-PER\n",
       "tab-separated, 3 columns, the first counts tokens; BIO"},
      {"1 New B-LOC\n2 York I-LOC\n3 is O\n\n1 Ann B-PER\n",
       "space-separated, 3 columns, the first counts tokens; BIO"},
      {"New\tB-LOC\nYork\tE-LOC\nis\tO\n\nAnn\tS-PER\n", "tab-separated, 2 columns; BIOES"},
      {"New\tB-LOC\nYork\tL-LOC\nis\tO\n\nAnn\tU-PER\n", "tab-separated, 2 columns; BILOU"},
      {"\xEF\xBB\xBFNew\tB-LOC\r\nYork\tI-LOC\r\nis\tO\r\n\r\nAnn\tB-PER\r\n", "tab-separated, 2 columns; BIO"},
      {"\n\nNew\tB-LOC\nYork\tI-LOC\nis\tO\n\t\nAnn\tB-PER\n \n", "tab-separated, 2 columns; BIO"},
      {"New\tI-LOC\nYork\tI-LOC\nis\tO\n\nAnn\tI-PER\n", "tab-separated, 2 columns; IO"},
  };
  for (const auto& [contents, format] : files) {
    INFO(contents);
    CHECK(sentences(contents) == kTwo);
    CHECK(read(contents).format == format);
  }
}

TEST_CASE("IOB1 separates entities that touch", "[data]") {
  CHECK(sentences("a\tI-PER\nb\tB-PER\nc\tI-PER\nd\tO\n") == std::vector<std::string>{"a/B-PER b/B-PER c/I-PER d/O"});
  CHECK(read("a\tI-PER\nb\tB-PER\nc\tI-PER\n").scheme == "IOB1");
}

TEST_CASE("an I- without its B- begins an entity and is counted", "[data]") {
  const auto data = read("\"\tO\nHot\tI-MISC\nFuzz\tI-MISC\nBo\tI-PER\nal\tB-LOC\n");
  CHECK(data.sentences[0].tags == std::vector<std::string>{"O", "B-MISC", "I-MISC", "B-PER", "B-LOC"});
  CHECK(data.repaired == 2);
  CHECK(data.entities == 3);
  CHECK(data.types == std::vector<std::string>{"LOC", "MISC", "PER"});
  CHECK(data.type_counts == std::vector<int64_t>{1, 1, 1});
}

TEST_CASE("two single BIOES entities that touch stay two", "[data]") {
  CHECK(sentences("a\tS-X\nb\tS-X\nc\tB-X\nd\tE-X\ne\tI-X\n") ==
        std::vector<std::string>{"a/B-X b/B-X c/B-X d/I-X e/B-X"});
}

TEST_CASE("document marks count documents at either end", "[data]") {
  const std::string before = "-DOCSTART- -X- O\n\na I-X\n\nb O\n\n-DOCSTART- -X- O\n\nc O\n";
  const std::string after = "a I-X\n\nb O\n\n-DOCSTART- O\n\nc O\n-DOCSTART- O\n";
  for (const std::string& contents : {before, after}) {
    const auto data = read(contents);
    REQUIRE(data.sentences.size() == 3);
    CHECK(data.sentences[0].document == 0);
    CHECK(data.sentences[1].document == 0);
    CHECK(data.sentences[2].document == 1);
    CHECK(data.documents == 2);
  }
}

TEST_CASE("tab files keep tokens with spaces and empty ones; hashtags are tokens", "[data]") {
  const auto data = read("New York \tB-LOC\n\tO\n \tO\n#one\tO\n# two\tO\n");
  CHECK(data.sentences[0].tokens == std::vector<std::string>{"New York", "", "", "#one", "# two"});
  CHECK(data.sentences.size() == 1);
}

TEST_CASE("tokens that are numbers are not taken for a count", "[data]") {
  CHECK(read("0\tB-X\n1\tO\n").sentences[0].tokens == std::vector<std::string>{"0", "1"});
  CHECK(read("0 x B-X\n2 x O\n").sentences[0].tokens == std::vector<std::string>{"0", "2"});
}

TEST_CASE("types may hold dashes, and training fixes them", "[data]") {
  CHECK(read("a\tB-creative-work\nb\tI-creative-work\n").types == std::vector<std::string>{"creative-work"});
  CHECK(read("a\tO\n", {.types = {"PER"}}).entities == 0);
  CHECK(refused("a\tO\nb\tB-LOC\n", {.types = {"ORG", "PER"}}) ==
        "[f:2] entity type 'LOC' was not in the training data; expected one of: ORG, PER");
}

TEST_CASE("broken entity files are refused with file, line and what was expected", "[data]") {
  const TempDir dir;
  CHECK(error_of<IoError>([&] { read_tagged_sentences(dir / "none.conll"); }).find("none.conll] ") !=
        std::string::npos);
  CHECK(error_of<IoError>([&] { read_tagged_sentences(dir.path); }).find("directory") != std::string::npos);
  CHECK(refused("") == "[f] the file is empty; expected a text file with one example per line");
  CHECK(refused(std::string("a\0b", 3)) == "[f] the file is binary: byte 1 is NUL; expected UTF-8 text");
  CHECK(refused("\n\t\n") == "[f] the file holds nothing but blanks; expected one example per line");
  CHECK(refused("-DOCSTART- O\n\n") == "[f] no sentence; expected lines of a token and its tag");
  CHECK(refused("a\tB-X\nb\nc\tO\n") == "[f:2] one column, 'b'; expected a token, a tab and its tag");
  CHECK(refused("a B-X\nb\nc O\n") == "[f:2] one column, 'b'; expected a token, a space and its tag");
  CHECK(refused("a\tB-X\nb\tNN\tO\n") ==
        "[f:2] 3 columns where line 1 has 2; expected the same number in every line, separated by a tab");
  CHECK(refused("a\tB-X\nb\t\n") ==
        "[f:2] an empty column is not an entity tag; expected O, or B-, I-, E-, S-, L- or U- and a type, "
        "as in B-PER, in the last column");
  CHECK(refused("a\tPER\nb\tO\n") ==
        "[f:1] 'PER' is not an entity tag; expected O, or B-, I-, E-, S-, L- or U- and a type, as in "
        "B-PER, in the last column");
  CHECK(refused("a\tB-\nb\tO\n") ==
        "[f:1] 'B-' is not an entity tag; expected O, or B-, I-, E-, S-, L- or U- and a type, as in B-PER, "
        "in the last column");
  CHECK(refused("good film\t1\nbad film\t0\n") ==
        "[f:1] '1' is not an entity tag; expected O, or B-, I-, E-, S-, L- or U- and a "
        "type, as in B-PER, in the last column");
  CHECK(refused("a\tO\nb\tO\n") == "[f] no entity among 2 tokens: every tag is O; expected at least one B- or I- tag");
  CHECK(refused("a\tB-X\ncaf\xE9\tO\n") ==
        "[f:2:4] byte 0xe9 is not UTF-8 (it may be Latin-1); expected UTF-8 (iconv -f LATIN1 -t UTF-8 converts it), or "
        "ask for bad "
        "bytes to be replaced");
  CHECK(read("a\tB-X\ncaf\xE9\tO\n", {.replace_invalid = true}).sentences[0].tokens[1] == "caf\uFFFD");
}

TEST_CASE("splitting keeps documents whole", "[data]") {
  std::string contents;
  for (int d = 0; d < 4; ++d) contents += "-DOCSTART- O\n\na I-X\n\nb O\n\nc O\n\n";
  const auto [train, dev] = split(read(contents), 0.8);
  CHECK(train.sentences.size() == 9);
  CHECK(dev.sentences.size() == 3);
  CHECK(dev.sentences[0].document == 3);
  CHECK(train.documents == 3);
  CHECK(dev.documents == 1);
  CHECK(dev.entities == 1);
  const auto flat = read("a I-X\n\nb O\n\nc O\n\nd O\n\ne O\n\nf O\n\ng O\n\nh O\n\ni O\n\nj O\n");
  CHECK(split(flat, 0.9).first.sentences.size() == 9);
  for (const double fraction : {0.0, 1.0, -1.0, 0.01})
    CHECK(error_of<ValueError>([&] { split(flat, fraction); }).starts_with("[split] a fraction of "));
}

TEST_CASE("spans and tags turn into each other", "[data]") {
  const std::vector<std::string> tags = {"B-X", "I-X", "O", "B-X", "B-Y"};
  const auto spans = spans_of(tags);
  CHECK(spans == std::vector<Span>{{0, 2, "X"}, {3, 4, "X"}, {4, 5, "Y"}});
  CHECK(tags_of(spans, 5) == tags);
  CHECK(error_of<ValueError>([] {
          tags_of({{0, 2, "X"}, {1, 3, "Y"}}, 4);
        }) == "[tags_of] span [1, 3) of type Y overlaps another at token 1");
  CHECK(error_of<ValueError>([] {
          tags_of({{0, 5, "X"}}, 4);
        }) == "[tags_of] span [0, 5) of type X does not fit into 4 tokens");
}

TEST_CASE("BIO allows an I- only inside its own type", "[data]") {
  CHECK(bio_labels({"LOC", "PER"}) == std::vector<std::string>{"O", "B-LOC", "I-LOC", "B-PER", "I-PER"});
  CHECK(bio_allows("B-X", "I-X"));
  CHECK(bio_allows("I-X", "I-X"));
  CHECK(bio_allows("I-X", "B-Y"));
  CHECK(bio_allows("", "B-X"));
  CHECK_FALSE(bio_allows("", "I-X"));
  CHECK_FALSE(bio_allows("O", "I-X"));
  CHECK_FALSE(bio_allows("B-Y", "I-X"));
}
