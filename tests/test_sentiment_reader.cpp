#include "catch.h"
#include "lemma/data/labelled_texts.h"
#include "text_file_helper.h"

using namespace lemma;
using namespace lemma::data;

namespace {
LabelledTexts read(std::string_view contents, const LabelledTextOptions& options = {}) {
  const TempDir dir;
  return read_labelled_texts(write_text(dir, "f", contents), options);
}
// "label|text" of every example: what a reader is for, at a glance.
std::vector<std::string> examples(std::string_view contents, const LabelledTextOptions& options = {}) {
  std::vector<std::string> out;
  const LabelledTexts data = read(contents, options);
  for (const LabelledText& e : data.examples) out.push_back(data.labels[static_cast<size_t>(e.label)] + "|" + e.text);
  return out;
}
std::string refused(std::string_view contents, const LabelledTextOptions& options = {}) {
  return refusal(contents, [&](const std::string& path) { read_labelled_texts(path, options); });
}
const std::vector<std::string> kTwo = {"1|good film", "0|bad film"};
}  // namespace

TEST_CASE("every way to write labelled sentences reads the same", "[data]") {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"sentence\tlabel\ngood film \t1\nbad film \t0\n", "tab-separated, sentence first, with a header"},
      {"good film\t1\nbad film\t0\n", "tab-separated, sentence first, without header"},
      {"1\tgood film\n0\tbad film\n", "tab-separated, label first, without header"},
      {"label\ttext\n1\tgood film\n0\tbad film\n", "tab-separated, label first, with a header"},
      {"id\tsentence\tlabel\n7\tgood film\t1\n8\tbad film\t0\n", "tab-separated, sentence first, with a header"},
      {"1 good film\n0 bad film\n", "label, a space, sentence"},
      {"text,label\ngood film,1\nbad film,0\n", "comma-separated, sentence first, with a header"},
      {"\"good film\",1\n\"bad film\",0\n", "comma-separated, sentence first, without header"},
      {"good film,1\nbad film,0\n", "comma-separated, sentence first, without header"},
      {"1,good film\n0,bad film\n", "comma-separated, label first, without header"},
      {"Review,Sentiment\n\"good film\",\"1\"\nbad film,0", "comma-separated, sentence first, with a header"},
  };
  for (const auto& [contents, format] : files) {
    INFO(contents);
    CHECK(examples(contents) == kTwo);
    CHECK(read(contents).format == format);
  }
}

TEST_CASE("line ends, byte-order marks, blank lines and a missing last newline do not matter", "[data]") {
  for (const char* contents : {"good film\t1\r\nbad film\t0\r\n", "\xEF\xBB\xBFgood film\t1\nbad film\t0",
                               "\n\ngood film\t1\n \t \nbad film\t0\n\n", "good film\t1\rbad film\t0\r",
                               "\xEF\xBB\xBFsentence\tlabel\r\ngood film\t1\r\nbad film\t0"}) {
    INFO(contents);
    CHECK(examples(contents) == kTwo);
  }
}

TEST_CASE("quoted CSV fields hold commas, quotes and newlines", "[data]") {
  CHECK(examples("text,label\n\"good, \"\"very\"\" good\nindeed\",pos\r\nbad,neg\n") ==
        std::vector<std::string>{"pos|good, \"very\" good\nindeed", "neg|bad"});
  const auto data = read("text,label\n\"two\nlines\",pos\nbad,neg\n");
  CHECK(data.examples[0].line == 2);
  CHECK(data.examples[1].line == 4);
}

TEST_CASE("label lines may hold commas and quotes", "[data]") {
  CHECK(examples("1 good , \"really\n0 bad , really\n") ==
        std::vector<std::string>{"1|good , \"really", "0|bad , really"});
}

TEST_CASE("labels are ordered by number, then by bytes", "[data]") {
  CHECK(read("a\t10\nb\t9\nc\t-1\n").labels == std::vector<std::string>{"-1", "9", "10"});
  CHECK(read("a\tpos\nb\tneg\nc\t2\nd\tpos\n").labels == std::vector<std::string>{"2", "neg", "pos"});
  CHECK(read("a\tpos\nb\tneg\nd\tpos\n").counts == std::vector<int64_t>{1, 2});
}

TEST_CASE("the labels of training fix those of other files", "[data]") {
  const LabelledTextOptions options{.labels = {"neg", "pos"}};
  CHECK(examples("fine\tpos\ngreat\tpos\n", options) == std::vector<std::string>{"pos|fine", "pos|great"});
  CHECK(refused("fine\tpos\nso so\tneutral\n", options) ==
        "[f:2] label 'neutral' was not in the training data; expected one of: neg, pos");
  CHECK(refused("pos fine\nwhat a film\n", options) ==
        "[f:2] label 'what' was not in the training data; expected one of: neg, pos");
}

TEST_CASE("Latin-1 is refused with line and column, or replaced when asked", "[data]") {
  const std::string contents = "good film\t1\nbad caf\xE9 film\t0\n";
  CHECK(refused(contents) ==
        "[f:2:8] byte 0xe9 is not UTF-8 (it may be Latin-1); expected UTF-8 (iconv -f LATIN1 -t UTF-8 "
        "converts it), or ask for bad bytes to be replaced");
  CHECK(examples(contents, {.replace_invalid = true})[1] == "0|bad caf\uFFFD film");
  CHECK(read(contents, {.replace_invalid = true}).replaced == 1);
}

TEST_CASE("what is not a text file is refused", "[data]") {
  const TempDir dir;
  CHECK(error_of<IoError>([&] { read_labelled_texts(dir / "none.tsv"); }).find("none.tsv] ") != std::string::npos);
  CHECK(error_of<IoError>([&] { read_labelled_texts(dir.path); }).find("directory") != std::string::npos);
  CHECK(refused("") == "[f] the file is empty; expected a text file with one example per line");
  CHECK(refused(" \n\t\n") == "[f] the file holds nothing but blanks; expected one example per line");
  CHECK(refused(std::string("PNG\0\1\2", 6)) == "[f] the file is binary: byte 3 is NUL; expected UTF-8 text");
  CHECK(refused(std::string("\xFF\xFEh\0i\0", 6)) ==
        "[f] the file is UTF-16; expected UTF-8 (iconv -f UTF-16 -t UTF-8 converts it)");
}

TEST_CASE("files without labels, or with one, are refused", "[data]") {
  CHECK(refused("The film was fine.\nIt was long.\nA gem of a film.\n") ==
        "[f:1] no label: the lines begin with 3 different words, the first with 'The'; expected `sentence<TAB>label`, "
        "`label sentence` or CSV");
  CHECK(refused("index\tsentence\n0\tgood film\n1\tbad film\n") ==
        "[f:1] the header 'index, sentence' names no label column; expected one called 'label' (or sentiment, class, "
        "polarity, category, target, rating, stars), or --label-column");
  CHECK(
      refused("a,b,label\nx,y,1\nz,w,0\n") ==
      "[f:1] the header 'a, b, label' names no text column; expected one called 'sentence' (or text, review, content, "
      "tweet, phrase, comment, document, question, body), or --text-column");
  CHECK(refused("good\tpos\nfine\tpos\n") ==
        "[f] every one of the 2 examples has the label 'pos'; expected two classes or more");
  CHECK(refused("sentence\tlabel\n") ==
        "[f] a header and no example; expected `sentence<TAB>label`, `label sentence` or CSV");
  CHECK(refused("label sentence\n") ==
        "[f] a header and no example; expected `sentence<TAB>label`, `label sentence` or CSV");
}

TEST_CASE("single broken lines are named", "[data]") {
  CHECK(refused("good film\t1\nbad film\nfine film\t1\nworst film\t0\n") ==
        "[f:2] 1 tab-separated field where line 1 has 2; expected a sentence and a label");
  CHECK(refused("good film\t1\nbad\tfilm\t0\nfine film\t1\n") ==
        "[f:2] 3 tab-separated fields where line 1 has 2; expected a sentence and a label");
  CHECK(refused("good film\t1\nbad film\t\nfine film\t0\n") ==
        "[f:2] a sentence without a label; expected `sentence<TAB>label`, `label sentence` or CSV");
  std::string odd;
  for (int i = 0; i < 12; ++i) odd += i % 2 ? "1 good film\n" : "0 bad film\n";
  CHECK(refused(odd + "what a film\n") ==
        "[f:13] 'what' is not a label: the other lines begin with theirs; expected `sentence<TAB>label`, `label "
        "sentence` "
        "or CSV");
  CHECK(refused("a film\t1\ngood film\t" + std::string(70, 'x') + "\nbad film\t1\nno film\t0\n") ==
        "[f:2] '" + std::string(70, 'x') +
            "' is 70 bytes long, too long for a label (at most 64); expected `sentence<TAB>label`, `label sentence` or "
            "CSV");
}

TEST_CASE("broken CSV is named", "[data]") {
  CHECK(refused("text,label\n\"good film,1\nbad film,0\n") ==
        "[f:2] the quote before 'good film,1\\x0abad film,0\\x0a' is never closed; expected a closing \" (a quote "
        "inside a field "
        "is doubled: \"\")");
  CHECK(refused("text,label\n\"good\" film,1\nbad film,0\n") ==
        "[f:2] ' ' follows a closing quote; expected a comma or the end of the line (a quote inside a field is "
        "doubled: \"\")");
  CHECK(refused("text,label\ngood, bad, ugly,1\nbad film,0\n") ==
        "[f:2] 4 comma-separated fields where line 1 has 2; expected a sentence and a label (a sentence with commas "
        "goes in double quotes)");
}

TEST_CASE("files that are something else are told apart", "[data]") {
  CHECK(refused("Lima\tB-LOC\nis\tO\n\nPeru\tB-LOC\n") ==
        "[f] the labels are entity tags (B-..., I-..., O); expected labelled sentences");
  std::string ids;
  for (int i = 0; i < 30; ++i) ids += "sentence " + std::to_string(i) + "\t" + std::to_string(i * 0.5) + "\n";
  CHECK(
      refused(ids) ==
      "[f] 30 different labels in 30 examples; expected a few classes (tab-separated, sentence first, without header)");
}
