// Labelled texts as people have them: each format, what is repaired, what is left out, and what is refused with the
// option that helps.
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
std::vector<std::string> examples(std::string_view contents, const LabelledTextOptions& options = {}) {
  std::vector<std::string> out;
  const LabelledTexts data = read(contents, options);
  for (const LabelledText& e : data.examples) out.push_back(data.labels[static_cast<size_t>(e.label)] + "|" + e.text);
  return out;
}
std::string refused(std::string_view contents, const LabelledTextOptions& options = {}) {
  return refusal(contents, [&](const std::string& path) { read_labelled_texts(path, options); });
}
using Lines = std::vector<std::string>;
const Lines kTwo = {"1|good, film", "0|bad film"};
}  // namespace

TEST_CASE("tables by any separator, JSON lines, fastText and trees read the same", "[data]") {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"text;label\ngood, film;1\nbad film;0\n", "semicolon-separated, sentence first, with a header"},
      {"good, film;1\nbad film;0\n", "semicolon-separated, sentence first, without header"},
      {"label|text\n1|good, film\n0|bad film\n", "bar-separated, label first, with a header"},
      {"good, film|1\nbad film|0\n", "bar-separated, sentence first, without header"},
      {"good, film@1\nbad film@0\n", "@-separated, sentence first, without header"},
      {"1, \"good, film\"\n0, \"bad film\"\n", "comma-separated, label first, without header"},
      {"\"good, film\" ,1\n\"bad film\" ,0\n", "comma-separated, sentence first, without header"},
      {"{\"text\": \"good, film\", \"label\": 1}\n{\"text\": \"bad film\", \"label\": 0}\n",
       "JSON lines, text in 'text', label in 'label'"},
      {"__label__1 good, film\n__label__0 bad film\n", "fastText: __label__X, sentence"},
      {"__label__1 , good, film\n__label__0 , bad film\n", "fastText: __label__X, sentence"},
  };
  for (const auto& [contents, format] : files) {
    INFO(contents);
    CHECK(examples(contents) == kTwo);
    CHECK(read(contents).format == format);
  }
  CHECK(examples("(1 (1 It) (1 (1 's) (1 good)))\n(0 (0 So) (0 bad))\n") == Lines{"1|It 's good", "0|So bad"});
}

TEST_CASE("Sentiment140: no header, the label first, four columns more", "[data]") {
  const std::string file =
      "\"0\",\"1467810369\",\"Mon Apr 06 22:19:45 PDT 2009\",\"NO_QUERY\",\"ann\",\"@bo that's a bummer, really\"\n"
      "\"4\",\"1467810672\",\"Mon Apr 06 22:19:49 PDT 2009\",\"NO_QUERY\",\"bob\",\"so \"\"glad\"\" today\"\n"
      "\"0\",\"1467810917\",\"Mon Apr 06 22:19:53 PDT 2009\",\"NO_QUERY\",\"cid\",\"my whole body feels itchy\"\n";
  CHECK(examples(file) == Lines{"0|@bo that's a bummer, really", "4|so \"glad\" today", "0|my whole body feels itchy"});
}

TEST_CASE("tab-separated files in quotes, with newlines and doubled quotes inside", "[data]") {
  CHECK(examples("text\tlabel\n\"two\nlines\"\t1\nbad\t0\n") == Lines{"1|two\nlines", "0|bad"});
  CHECK(examples("\"so \"\"good\"\"\"\t1\n\"bad\"\t0\n") == Lines{"1|so \"good\"", "0|bad"});
  CHECK(examples("\"good\" film\t1\n\"bad\t0\n") == Lines{"1|\"good\" film", "0|\"bad"});  // quotes that are just text
}

TEST_CASE("columns by name or number", "[data]") {
  const std::string file = "id,utterance,intent,topic\n1,hello there,greet,a\n2,good bye,leave,b\n3,hi you,greet,a\n";
  CHECK(examples(file, {.text_column = "utterance", .label_column = "intent"}) ==
        Lines{"greet|hello there", "leave|good bye", "greet|hi you"});
  CHECK(examples(file, {.text_column = "2", .label_column = "Topic"}) ==
        Lines{"a|hello there", "b|good bye", "a|hi you"});
  CHECK(refused(file, {.text_column = "words", .label_column = "intent"}) ==
        "[f:1] --text-column 'words' is no column of 'id, utterance, intent, topic'; expected a name in the first line "
        "or "
        "a number from 1 to 4");
  for (const char* no_table : {"1 a fine film\n0 a dull one\n", "__label__a one\n__label__b two\n"}) {
    const std::string said = refused(no_table, {.text_column = "9", .label_column = "nosuch"});
    CHECK(said.find("the file is no table") != std::string::npos);
  }
  CHECK(examples("id\treview\tlabel\tstars\n7\tgood\tpos\t5\n8\tbad\tneg\t1\n", {.label_column = "stars"}) ==
        Lines{"5|good", "1|bad"});
  CHECK(examples("{\"q\":\"hi\",\"intent\":\"greet\"}\n{\"q\":\"bye\",\"intent\":\"leave\"}\n",
                 {.text_column = "q", .label_column = "intent"}) == Lines{"greet|hi", "leave|bye"});
}

TEST_CASE("a doubtful guess is refused and names the options", "[data]") {
  std::string header = "id,utterance,intent\n", none;
  for (int i = 0; i < 8; ++i) {
    header += std::to_string(i) + ",say number " + std::to_string(i) + (i % 2 ? ",greet\n" : ",leave\n");
    none += std::string(i % 2 ? "1,greet" : i % 3 ? "0,leave" : "2,ask") + ",say number " + std::to_string(i) + "\n";
  }
  CHECK(refused(header) ==
        "[f:1] the header 'id, utterance, intent' names no column that is known; say which with "
        "--text-column and --label-column, by name or number");
  CHECK(refused(none) ==
        "[f:1] columns 1 and 2 may each be the labels; say which with --text-column and --label-column, by name or "
        "number");
  std::string two = "utterance,intent\n";
  for (int i = 0; i < 8; ++i) two += "say number " + std::to_string(i) + (i % 2 ? ",greet\n" : ",leave\n");
  CHECK(read(two).examples.size() == 8);  // two columns leave no doubt
  CHECK(read(two).labels == Lines{"greet", "leave"});
  std::string spam = "v1,v2,,,\n";
  for (int i = 0; i < 8; ++i)
    spam += std::string(i % 3 ? "ham" : "spam") + ",say number " + std::to_string(i) + ",,,\n";
  CHECK(read(spam).labels == Lines{"ham", "spam"});  // columns without a name and without anything in them
}

TEST_CASE("numbers of one value are one label", "[data]") {
  const auto data = read("a\t1\nb\t1.0\nc\t0\nd\t1\n");
  CHECK(data.labels == Lines{"0", "1"});
  CHECK(data.counts == std::vector<int64_t>{1, 3});
  CHECK(data.notes == Lines{"'1' (2), '1.0' (1) are one label, '1'"});
  CHECK(examples("a\t1.0\nb\t0.0\n", {.labels = {"0", "1"}}) == Lines{"1|a", "0|b"});
  CHECK(read("a\t1.0\nb\t0.0\n").labels == Lines{"0.0", "1.0"});
}

TEST_CASE("labels that differ only by case are pointed out, and one only where asked", "[data]") {
  const std::string file = "a\tPOS\nb\tNegative\nc\tnegative\nd\tnegative\n";
  CHECK(read(file).labels == Lines{"Negative", "POS", "negative"});
  CHECK(read(file).notes ==
        Lines{"'Negative' (1), 'negative' (2) differ only by case; --fold-case makes them one label"});
  const auto folded = read(file, {.fold_case = true});
  CHECK(folded.labels == Lines{"POS", "negative"});
  CHECK(folded.counts == std::vector<int64_t>{1, 3});
  CHECK(examples("a\tpos\n", {.labels = {"Negative", "POS"}, .fold_case = true}) == Lines{"POS|a"});
}

TEST_CASE("empty texts are left out and counted", "[data]") {
  const auto data = read("good film\t1\n\t0\nfine film\t0\n");
  CHECK(data.examples.size() == 2);
  CHECK(data.empty == 1);
  CHECK(data.notes == Lines{"1 example without a text left out"});
}

TEST_CASE("lines that do not read are left out where asked, counted and shown", "[data]") {
  const auto data =
      read("good film\t1\nbad film\nbad\tfilm\t0\nfine film\t1\nworst film\t0\nno label\t\n", {.skip_bad_lines = true});
  CHECK(data.examples.size() == 3);
  CHECK(data.skipped == 3);
  CHECK(data.notes ==
        Lines{"3 lines left out (line 2: 1 tab-separated field where line 1 has 2; line 3: 3 tab-separated "
              "fields where line 1 has 2; line 6: a sentence without a label)"});
  CHECK(examples("text,label\n\"good film,1\nbad film,0\nfine film,1\n", {.skip_bad_lines = true}) ==
        Lines{"0|bad film", "1|fine film"});
  CHECK(examples("{\"text\":\"a\",\"label\":1}\n{\"text\":\"b\",\"label\":0}\n", {.skip_bad_lines = true}).size() == 2);
  CHECK(read("good film\t1\nbad film\t0\t\n").examples.size() == 2);  // a separator at the end of a line is no field
}

TEST_CASE("a file of two quotes, and one of separators, is refused in words", "[data]") {
  CHECK(refused("\"\"") == "[f] no field with anything in it; expected `sentence<TAB>label`, `label sentence` or CSV");
  CHECK(refused(",,,\n,,,\n").starts_with("[f"));
  CHECK(refused("\t\t\n").starts_with("[f"));
  CHECK(refused("{}\n").starts_with("[f"));
  CHECK(refused("__label__\n").starts_with("[f"));
  CHECK(refused("(1 )\n").starts_with("[f"));
}

TEST_CASE("a label with a line break is refused when read", "[data]") {
  CHECK(refused("text,label\ngood,\"a\nb\"\nbad,c\n") ==
        "[f:2] the label 'a\\x0ab' has a line break in it; expected `sentence<TAB>label`, `label sentence` or CSV");
}

TEST_CASE("a label column of unique values is refused at the limit", "[data]") {
  std::string ids = "text\tlabel\n";
  for (int i = 0; i < 5000; ++i) ids += "sentence\tid" + std::to_string(i) + "\n";
  CHECK(refused(ids) ==
        "[f] more than 1,000 different labels by line 1002; expected a few classes (tab-separated, sentence "
        "first, with a header)");
}

TEST_CASE("a number names a column by its place where no row is a header", "[data]") {
  std::string three, two;
  for (int i = 0; i < 20; ++i) {
    three += "film number " + std::to_string(i) + " is long\t" + std::to_string(2 + i % 4) + "\t" +
             std::to_string(i % 2 ? 1 : 2) + "\n";
    two += "film number " + std::to_string(i) + "\t" + std::to_string(1 - i % 2) + "\n";
  }
  const auto chosen = read(three, {.text_column = "1", .label_column = "2"});
  CHECK(chosen.label_column == "2");
  CHECK(chosen.labels == Lines{"2", "3", "4", "5"});
  CHECK(read(two, {.text_column = "1", .label_column = "2"}).labels == Lines{"0", "1"});
  CHECK(read(two, {.text_column = "1"}).labels == Lines{"0", "1"});
  CHECK(examples("2,1\ngood,a\nbad,b\nfine,a\n", {.text_column = "1", .label_column = "2"}).back() == "a|fine");
}

TEST_CASE("the first line is repaired, and left out, like any other", "[data]") {
  std::string tabs, commas;
  for (int i = 0; i < 20; ++i) {
    tabs += (i % 2 ? "good film " : "bad film ") + std::to_string(i) + "\t" + std::to_string(i % 2) + "\n";
    commas += (i % 2 ? "good film " : "bad film ") + std::to_string(i) + "," + std::to_string(i % 2) + "\n";
  }
  const auto with_first = [](std::string text, const std::string& end) { return text.insert(text.find('\n'), end); };
  CHECK(examples(with_first(tabs, "\t")) == examples(tabs));
  CHECK(examples(with_first(tabs, "\t \t")) == examples(tabs));
  CHECK(examples(with_first(commas, ",")) == examples(commas));
  CHECK(refused("no tab here\n" + tabs) ==
        "[f:1] 1 tab-separated field where most lines have 2; expected a sentence and a label");
  CHECK(refused("good, but long,1\n" + commas) ==
        "[f:1] 3 comma-separated fields where most lines have 2; expected a sentence and a label (a sentence with "
        "commas goes in double quotes)");
  CHECK(examples("no tab here\n" + tabs, {.skip_bad_lines = true}) == examples(tabs));
}

TEST_CASE("blanks in place of a tab are cut at a label that other lines have", "[data]") {
  CHECK(examples("good film\t1\nbad film  0\nfine film\t0\n") == Lines{"1|good film", "0|bad film", "0|fine film"});
  CHECK(examples("1\tgood film\n0  bad film\n0\tfine film\n") == Lines{"1|good film", "0|bad film", "0|fine film"});
  CHECK(refused("good film\t1\nbad film  7\nfine film\t0\n") ==
        "[f:2] 1 tab-separated field where line 1 has 2; expected a sentence and a label");
}

TEST_CASE("JSON that is no JSON lines is refused in words", "[data]") {
  const std::string wanted = "; expected JSON lines, an object a line: {\"text\": \"...\", \"label\": \"...\"}";
  CHECK(refused("[\n  {\"text\": \"good film\", \"label\": 1},\n  {\"text\": \"bad film\", \"label\": 0}\n]\n") ==
        "[f] the file is one JSON list" + wanted);
  CHECK(refused("{\n  \"data\": [{\"text\": \"good film\", \"label\": 1}]\n}\n") ==
        "[f] the file is one JSON object" + wanted);
  CHECK(refused("[\"good film\", 1]\n[\"bad film\", 0]\n") == "[f:1] a JSON list" + wanted);
  CHECK(refused("{\"text\": \"a\", \"label\": 1}\n{\"text\": \"b\"}\n{\"text\": \"c\", \"label\": [1]}\n") ==
        "[f:2] 'label' is not there; expected both fields in every object");
}

TEST_CASE("UTF-32 is called by its name", "[data]") {
  const std::string utf32("\xFF\xFE\0\0a\0\0\0", 8);
  CHECK(refused(utf32) == "[f] the file is UTF-32; expected UTF-8 (iconv -f UTF-32 -t UTF-8 converts it)");
}
