#include "catch.h"
#include "lemma/text/utf8.h"

using namespace lemma::text;
using namespace std::string_literals;

TEST_CASE("valid UTF-8 of every length passes", "[text]") {
  CHECK_FALSE(find_bad_byte(""));
  CHECK_FALSE(find_bad_byte("plain"));
  CHECK_FALSE(find_bad_byte("\u00e9 \u20ac \U0001F600 \U0010FFFF"));
}

TEST_CASE("the first bad byte is found with line and column", "[text]") {
  struct Case {
    std::string text;
    size_t offset, line, column;
    int value;
  };
  const std::vector<Case> cases = {
      {"caf\xE9", 3, 1, 4, 0xE9},           // Latin-1
      {"ok\n\u00e9t\xE9", 6, 2, 3, 0xE9},   // columns count characters
      {"\xC0\xAF", 0, 1, 1, 0xC0},          // overlong slash
      {"a\xED\xA0\x80", 1, 1, 2, 0xED},     // surrogate
      {"\xF4\x90\x80\x80", 0, 1, 1, 0xF4},  // above U+10FFFF
      {"x\xE2\x82", 1, 1, 2, 0xE2},         // cut short
      {"\x80", 0, 1, 1, 0x80},              // continuation without a start
      {"\xEF\xBB\xBF\xFF", 3, 1, 1, 0xFF},  // a byte-order mark takes no column
  };
  for (const Case& c : cases) {
    const auto bad = find_bad_byte(c.text);
    REQUIRE(bad);
    CHECK(bad->offset == c.offset);
    CHECK(bad->line == c.line);
    CHECK(bad->column == c.column);
    CHECK(bad->value == c.value);
  }
}

TEST_CASE("bad bytes become replacement characters, one each, and are counted", "[text]") {
  int64_t count = 0;
  CHECK(replace_bad_bytes("caf\xE9 \xFF!", &count) == "caf\uFFFD \uFFFD!");
  CHECK(count == 2);
  CHECK(replace_bad_bytes("\u00e9", &count) == "\u00e9");
  CHECK(count == 2);
}

TEST_CASE("a byte-order mark is removed at the start only", "[text]") {
  CHECK(without_bom("\xEF\xBB\xBFhi") == "hi");
  CHECK(without_bom("hi\xEF\xBB\xBF") == "hi\xEF\xBB\xBF");
}

TEST_CASE("graphemes keep emoji sequences, flags and accents whole", "[text]") {
  const std::string family = "\U0001F468\u200D\U0001F469\u200D\U0001F467";
  const std::string thumb = "\U0001F44D\U0001F3FD", flag = "\U0001F1EB\U0001F1F7", accent = "e\u0301";
  const std::string text = family + thumb + flag + accent + "x";
  const auto parts = graphemes(text);
  REQUIRE(parts.size() == 5);
  CHECK(parts[0] == family);
  CHECK(parts[1] == thumb);
  CHECK(parts[2] == flag);
  CHECK(parts[3] == accent);
  CHECK(parts[4] == "x");
  CHECK(count_code_points(text) == 5 + 2 + 2 + 2 + 1);
}

TEST_CASE("graphemes cover any bytes without loss", "[text]") {
  const std::string text = "a\xFF\u0301\xC3 b\r\n";
  std::string joined;
  for (const auto part : graphemes(text)) joined += part;
  CHECK(joined == text);
}

TEST_CASE("lower case, composition and trimming work beyond ASCII", "[text]") {
  CHECK(lower("\u00c9COLE \u0416") == "\u00e9cole \u0436");
  CHECK(nfc("e\u0301") == "\u00e9");
  CHECK(nfc("bad\xFF") == "bad\xFF");
  CHECK(trim("\u00a0\u200b hi there\t\r") == "hi there");
  CHECK(trim(" \t\u3000").empty());
  CHECK(split_spaces("  a\tb  c ") == std::vector<std::string>{"a", "b", "c"});
}
