#include "catch.h"
#include "lemma/core/error.h"
#include "lemma/text/features.h"
#include "lemma/text/vocabulary.h"
#include "temp_dir.h"

using namespace lemma;
using namespace lemma::text;

namespace {
Counter counter(const std::vector<std::pair<std::string, int64_t>>& counts) {
  Counter out;
  for (const auto& [token, count] : counts) out.add(token, count);
  return out;
}
std::string broken(std::string_view text) {
  return error_of<IoError>([&] { Vocabulary::from_text(text, "vocab.txt"); });
}
}  // namespace

TEST_CASE("ids follow frequency, then bytes", "[text]") {
  const auto v = Vocabulary::build(counter({{"b", 2}, {"a", 2}, {"z", 9}, {"rare", 1}}), {.min_count = 2});
  CHECK(v.size() == 5);
  CHECK(v.token(0) == "<pad>");
  CHECK(v.token(1) == "<unk>");
  CHECK(v.ids({"z", "a", "b", "rare", "never"}) == std::vector<int64_t>{2, 3, 4, 1, 1});
  CHECK(v.count(2) == 9);
  CHECK(v.contains("a"));
  CHECK_FALSE(v.contains("rare"));
}

TEST_CASE("the size limit counts the two special tokens", "[text]") {
  const auto v = Vocabulary::build(counter({{"a", 3}, {"b", 2}, {"c", 1}}), {.max_size = 4});
  CHECK(v.size() == 4);
  CHECK(v.id("c") == Vocabulary::unk);
}

TEST_CASE("no text can look like padding", "[text]") {
  const auto v = Vocabulary::build(counter({{"<pad>", 5}, {"<unk>", 4}, {"x", 1}}));
  CHECK(v.size() == 3);
  CHECK(v.id("<pad>") == Vocabulary::unk);
  CHECK(v.id("<unk>") == Vocabulary::unk);
}

TEST_CASE("a vocabulary survives its file, whatever its tokens hold", "[text]") {
  const auto v = Vocabulary::build(counter(
      {{"a\nb", 7}, {"back\\slash", 6}, {"", 5}, {"cr\r", 4}, {" space ", 3}, {"\u00e9\U0001F600", 2}, {"\\n", 1}}));
  const TempDir dir;
  v.save(dir / "vocab.txt");
  const auto w = Vocabulary::load(dir / "vocab.txt");
  REQUIRE(w.size() == v.size());
  for (int64_t id = 0; id < v.size(); ++id) CHECK(w.token(id) == v.token(id));
  CHECK(w.to_text() == v.to_text());
}

TEST_CASE("broken vocabulary files are refused with their line", "[text]") {
  CHECK(broken("") == "[vocab.txt] a vocabulary of 0 lines; expected <pad>, <unk> and one token per line");
  CHECK(broken("the\nof\n") == "[vocab.txt:1] 'the' is where a vocabulary has <pad>");
  CHECK(broken("<pad>\nof\n") == "[vocab.txt:2] 'of' is where a vocabulary has <unk>");
  CHECK(broken("<pad>\n<unk>\na\na\n") ==
        "[vocab.txt:4] 'a' appears in the vocabulary twice; expected each token once");
  CHECK(broken("<pad>\n<unk>\n<pad>\n") ==
        "[vocab.txt:3] '<pad>' appears in the vocabulary twice; expected each token once");
  CHECK(broken("<pad>\n<unk>\na\\qb\n") ==
        "[vocab.txt:3] 'a\\qb' holds a backslash that escapes nothing; expected \\n, \\r or \\\\");
  CHECK(broken("<pad>\n<unk>\na\\") ==
        "[vocab.txt:3] 'a\\' holds a backslash that escapes nothing; expected \\n, \\r or \\\\");
  CHECK(broken("<pad>\n<unk>\ncaf\xE9\n") ==
        "[vocab.txt:3:4] byte 0xe9 is not UTF-8; expected a vocabulary, one token per line");
}

TEST_CASE("limits and ids that make no sense are refused", "[text]") {
  CHECK(error_of<ValueError>([] { Vocabulary::build({}, {.min_count = -3}); }) ==
        "[vocabulary] min_count is -3; expected 0 or more");
  CHECK(error_of<ValueError>([] { Vocabulary::build({}, {.max_size = 1}); }) ==
        "[vocabulary] max_size is 1; expected 2 or more, or 0 for no limit");
  CHECK(error_of<IndexError>([] { Vocabulary().token(2); }) == "[vocabulary] id 2 is outside [0, 2)");
  CHECK(error_of<IndexError>([] { Vocabulary().token(-1); }) == "[vocabulary] id -1 is outside [0, 2)");
}

TEST_CASE("forms and shapes of words", "[text]") {
  CHECK(word_form("Route66") == "route00");
  CHECK(word_form("\u00c9mile") == "\u00e9mile");
  CHECK(word_shape("Tuvalu") == "Xx");
  CHECK(word_shape("F-16") == "X-0");
  CHECK(word_shape("McDonald's") == "XxXx'x");
  CHECK(word_shape("\u2603\u2603") == "?");
  CHECK(word_shape("aAaAaAaAaAaA").size() == 8);
  CHECK(word_shape("").empty());
}

TEST_CASE("prefixes, suffixes and characters are those that people see", "[text]") {
  CHECK(prefix("London", 3) == "Lon");
  CHECK(suffix("London", 3) == "don");
  CHECK(prefix("London", 0).empty());
  CHECK(suffix("London", 0).empty());
  CHECK(prefix("no", 4) == "no");
  CHECK(prefix("e\u0301te\u0301", 2) == "e\u0301t");
  CHECK(suffix("e\u0301te\u0301", 2) == "te\u0301");
  CHECK(word_characters("abcdefgh", 5) == std::vector<std::string>{"a", "b", "c", "g", "h"});
  CHECK(word_characters("ab", 5) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("word features have an id per column and survive their file", "[text]") {
  const auto features =
      WordFeatures::build(counter({{"London", 5}, {"Lon\tdon", 5}, {"x", 1}}), {.min_count = 5, .characters = 4});
  CHECK(std::string(WordFeatures::names()[0]) == "shape");
  const auto ids = features.ids("London");
  CHECK(features.column(0).token(ids[0]) == "Xx");
  CHECK(features.column(3).token(ids[3]) == "Lond");
  CHECK(features.column(6).token(ids[6]) == "ndon");
  const auto unknown = features.ids("qqqq");
  CHECK(unknown[1] == Vocabulary::unk);
  const auto chars = features.character_ids("Lo");
  REQUIRE(chars.size() == 4);
  CHECK(chars[2] == Vocabulary::pad);
  CHECK(features.character_vocabulary().token(chars[0]) == "L");

  const auto again = WordFeatures::from_text(features.to_text(), "features.txt");
  CHECK(again.to_text() == features.to_text());
  CHECK(again.ids("London") == ids);
  CHECK(again.characters() == 4);
}

TEST_CASE("broken feature files are refused with their line", "[text]") {
  const auto broken_features = [](std::string_view text) {
    return error_of<IoError>([&] { WordFeatures::from_text(text, "features.txt"); });
  };
  CHECK(broken_features("shape\tXx\n") ==
        "[features.txt:1] 'shape\\x09Xx'; expected 'characters', a tab and a number from 1 to 1024");
  CHECK(broken_features("characters\tbanana\n") ==
        "[features.txt:1] 'characters\\x09banana'; expected 'characters', a tab and a number from 1 to 1024");
  CHECK(broken_features("characters\t16\nwings\tXx\n") ==
        "[features.txt:2] 'wings\\x09Xx'; expected a column such as 'shape' or 'character', a tab and an entry");
  CHECK(broken_features("characters\t16\nshape\t<pad>\n") ==
        "[features.txt (shape)] a vocabulary of 1 lines; expected <pad>, <unk> and one token per line");
}
