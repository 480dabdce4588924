// Byte-pair encoding: what it learns, that everything comes back, and the file.
#include "lemma/text/bpe.h"

#include "lemma/core/error.h"
#include "tests/catch.h"
#include "tests/temp_dir.h"
#include "tests/text_file_helper.h"
#include "text/pieces.h"

using namespace lemma;
using text::Bpe;

namespace {

std::vector<std::string> cut(std::string_view text) {
  std::vector<std::string> result;
  for (const std::string_view piece : text::pieces(text)) result.emplace_back(piece);
  return result;
}

}  // namespace

TEST_CASE("text is cut as GPT-2 cuts it") {
  using Words = std::vector<std::string>;
  CHECK(cut("Hello world") == Words{"Hello", " world"});
  CHECK(cut("we're 42!! \n\n  ok") == Words{"we", "'re", " 42", "!!", " \n\n ", " ok"});
  CHECK(cut("a\nb  c  ") == Words{"a", "\n", "b", " ", " c", "  "});
  CHECK(cut("na\u00efve \u6771\u4eac3 \u2603") == Words{"na\u00efve", " \u6771\u4eac", "3", " \u2603"});
  CHECK(cut("x\xFFy") == Words{"x", "\xFF", "y"});
  CHECK(cut("").empty());
}

TEST_CASE("the most frequent neighbours are joined first, of equal ones the lower ids") {
  // "ab" four times, " a" three; then " " and "ab" are neighbours three times.
  const Bpe bpe = Bpe::train("ab ab ab abc bc", {.size = 260, .min_count = 1});
  const auto token = [&](int64_t id) { return bpe.decode(std::vector<int64_t>{id}); };
  CHECK(bpe.size() == 260);
  CHECK(token(bpe.merges()[0].first) + "+" + token(bpe.merges()[0].second) == "a+b");
  CHECK(token(256) == "ab");
  CHECK(token(257) == " ab");
  CHECK(token(0) == "!");  // GPT-2's order of bytes
  CHECK(bpe.encode(" ab").size() == 1);
  CHECK(Bpe::train("ab ab ab abc bc", {.size = 1000}).size() == 258);  // the rest comes but once
}

TEST_CASE("any bytes come back, and a long run of letters takes no quadratic time") {
  std::string every;
  for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
  const Bpe bpe = Bpe::train("the cat sat on the mat, the end. " + every, {.size = 300});
  for (const std::string& text : {every, std::string("the cat"), std::string("\xF0\x9F\x98\x80 caf\xC3\xA9 \xFF\xFE"),
                                  std::string(), std::string("  \n\t "), std::string(300000, 't')})
    CHECK(bpe.decode(bpe.encode(text)) == text);
  CHECK(bpe.encode("the").size() < 3);
}

TEST_CASE("a tokenizer.json keeps it, with its special tokens") {
  const Bpe bpe =
      Bpe::train("low lower lowest new newer \xE6\x9D\xB1\xE4\xBA\xAC", {.size = 290, .special = {"<pad>", "<end>"}});
  const Bpe again = Bpe::from_json(bpe.to_json(), "tokenizer.json");
  CHECK(again.merges() == bpe.merges());
  CHECK(again.to_json() == bpe.to_json());
  CHECK(again.special("<end>") == 1);
  CHECK(again.special("<start>") == -1);
  CHECK(again.encode("lowest <end>") == bpe.encode("lowest <end>"));
  CHECK(bpe.decode(std::vector<int64_t>{1}) == "<end>");
}

TEST_CASE("what is no ByteLevel BPE is refused in words") {
  const auto refused = [](const std::string& json) {
    return error_of<IoError>([&] { Bpe::from_json(json, "t.json"); });
  };
  CHECK(refused("[") == "[t.json] is not JSON (byte 2); expected a tokenizer.json");
  CHECK(refused("[]") == "[t.json] has no field 'model'; expected a tokenizer.json");
  CHECK(refused(R"({"model":{"type":"WordPiece"}})") ==
        "[t.json] is a tokenizer of the kind \"WordPiece\"; expected \"BPE\"");
  CHECK(refused(R"({"model":{"type":"BPE"},"pre_tokenizer":{"type":"Whitespace"}})") ==
        "[t.json] cuts text in another way than GPT-2; expected the pre_tokenizer ByteLevel without a space in front");
  const std::string head = R"({"pre_tokenizer":{"type":"ByteLevel"},"model":{"type":"BPE",)";
  CHECK(refused(head + R"("vocab":{"a":0,"b":2},"merges":[]}})") ==
        "[t.json] has no token 1, but one 2; ids count from 0 without gaps");
  CHECK(refused(head + R"("vocab":{"a":0,"b":1},"merges":["a b"]}})") ==
        "[t.json] joins \"a b\" into a token that its vocabulary lacks");
  CHECK(error_of<ValueError>([] { Bpe::train("a", {.size = 200}); }) ==
        "[Bpe] a size of 200 does not hold 0 special tokens and 256 bytes; expected 256 or more");
  CHECK_THROWS_AS(Bpe::train("a", {.size = 256}).decode(std::vector<int64_t>{256}), IndexError);
  const Bpe small = Bpe::from_json(head + R"("vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]}})", "t.json");
  CHECK(small.encode("ab") == std::vector<int64_t>{2});
  CHECK(error_of<ValueError>([&] { small.encode("c"); }) == "[Bpe] the tokenizer has no token for byte 0x63");
}
