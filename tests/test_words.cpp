// Words and numbers as people read them, and an error's sentence without its place.
#include "catch.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"

using namespace lemma;

TEST_CASE("names in messages are quoted, escaped and cut at whole characters") {
  CHECK(words::quote("a b") == "'a b'");
  CHECK(words::quote("a\nb\x1b[31m") == "'a\\x0ab\\x1b[31m'");
  const std::string line(79, 'x');
  CHECK(words::quote(line + "é") == "'" + line + "...'");
}

TEST_CASE("large numbers are grouped, and a word follows its number") {
  CHECK(words::grouped(0) == "0");
  CHECK(words::grouped(999) == "999");
  CHECK(words::grouped(1000) == "1,000");
  CHECK(words::grouped(-123456) == "-123,456");
  CHECK(words::grouped(INT64_MIN) == "-9,223,372,036,854,775,808");
  CHECK(words::plural(1, "layer") == "1 layer");
  CHECK(words::plural(0, "layer") == "0 layers");
  CHECK(words::plural(1500, "step") == "1,500 steps");
}

TEST_CASE("a duration reads as on a clock") {
  CHECK(words::clock_time(0.4) == "0:00");
  CHECK(words::clock_time(65) == "1:05");
  CHECK(words::clock_time(7389) == "2:03:09");
  CHECK(words::clock_time(-1) == "0:00");
}

TEST_CASE("a shell takes a quoted path as it is") {
  CHECK(words::shell_quote("models/a-1") == "models/a-1");
  CHECK(words::shell_quote("my models") == "'my models'");
  CHECK(words::shell_quote("Bo's") == "'Bo'\\''s'");
  CHECK(words::shell_quote("") == "''");
}

TEST_CASE("an error's message is its sentence without the place") {
  const IoError error("a] b.txt", "is [empty]; expected a line");
  CHECK(error.where() == "a] b.txt");
  CHECK(error.message() == "is [empty]; expected a line");
  CHECK(std::string(error.what()) == "[a] b.txt] is [empty]; expected a line");
}
