#include "catch.h"
#include "lemma/text/tokenizer.h"
#include "lemma/text/utf8.h"

using namespace lemma::text;
using Words = std::vector<std::string>;

namespace {
std::string joined(const std::string& text, bool lowercase = true) {
  std::string out;
  for (const std::string& word : tokenize_words(text, {.lowercase = lowercase})) out += (out.empty() ? "" : " ") + word;
  return out;
}
}  // namespace

TEST_CASE("contractions meet the treebank's spelling of them", "[text]") {
  CHECK(joined("I don't like it, it's bad.") == "i do n't like it , it 's bad .");
  CHECK(joined("i do n't like it , it 's bad .") == "i do n't like it , it 's bad .");
  CHECK(joined("I don\u2019t") == "i do n't");
  CHECK(joined("can't won't cannot I'd've") == "ca n't wo n't can not i 'd 've");
  CHECK(joined("rock'n'roll o'clock d'etre") == "rock'n'roll o'clock d'etre");
  CHECK(joined("the dogs' 'best' '70s 'em") == "the dogs ' ' best ' '70s 'em");
}

TEST_CASE("treebank escapes become what a user types", "[text]") {
  CHECK(joined("-lrb- so -rrb- -LSB- x -rsb-") == "( so ) [ x ]");
  CHECK(joined("`` quoted '' and ` so '") == "\" quoted \" and ' so '");
  CHECK(joined("\u201cquoted\u201d") == "\" quoted \"");
  CHECK(joined("writer\\/director and\\/or") == "writer/director and/or");
  CHECK(joined("a \\/ b \\*\\*") == "a / b * *");
}

TEST_CASE("punctuation separates, what belongs inside a word stays", "[text]") {
  CHECK(joined("Well-made, (truly)!") == "well-made , ( truly ) !");
  CHECK(joined("3.14 1,000% $5 10:30 -5 1930s") == "3.14 1,000 % $ 5 10:30 -5 1930s");
  CHECK(joined("Mr. Smith left the U.S. in Oct. No. 5 j. lo") == "mr. smith left the u.s. in oct. no. 5 j. lo");
  CHECK(joined("So am I. The end.Next") == "so am i . the end . next");
  CHECK(joined("wait.... what?!? -- no\u2014yes\u2026") == "wait ... what ? ! ? -- no -- yes ...");
  CHECK(joined("R&B on imdb.com at Dickey\u2013Fuller 2\u20133") == "r&b on imdb.com at dickey\u2013fuller 2 \u2013 3");
}

TEST_CASE("mentions, topics, addresses and emoticons are one token", "[text]") {
  CHECK(joined("@User_1 saw #MH17: :) :-( <3") == "@user_1 saw #mh17 : :) :-( <3");
  CHECK(joined("see http://t.co/Ab?c=1, or www.x.org.") == "see http://t.co/ab?c=1 , or www.x.org .");
  CHECK(joined("#1 @ me a@b.com") == "# 1 @ me a@b.com");
  CHECK(joined("so good :D yes :P") == "so good :D yes :P");
}

TEST_CASE("case stays when asked, for entities", "[text]") {
  CHECK(joined("Dr. Who isn't in Lima", false) == "Dr. Who is n't in Lima");
  CHECK(joined("J. K. Rowling", false) == "J. K. Rowling");
}

TEST_CASE("emoji and combining marks stay whole, words compose", "[text]") {
  const std::string family = "\U0001F468\u200D\U0001F469\u200D\U0001F467";
  CHECK(tokenize_words("good" + family + "\U0001F44D\U0001F3FDbad") ==
        Words{"good", family, "\U0001F44D\U0001F3FD", "bad"});
  CHECK(tokenize_words("cafe\u0301") == Words{"caf\u00e9"});
}

TEST_CASE("offsets quote the text as typed, in bytes and in code points", "[text]") {
  const std::string text = "  Caf\u00e9 isn\u2019t \U0001F600 -lrb-";
  const auto tokens = tokenize(text);
  const std::vector<std::string> quoted = {"Caf\u00e9", "is", "n\u2019t", "\U0001F600", "-lrb-"};
  REQUIRE(tokens.size() == quoted.size());
  for (size_t i = 0; i < tokens.size(); ++i) {
    CHECK(text.substr(tokens[i].byte_begin, tokens[i].byte_end - tokens[i].byte_begin) == quoted[i]);
    CHECK(tokens[i].char_begin == count_code_points(std::string_view(text).substr(0, tokens[i].byte_begin)));
    CHECK(tokens[i].char_end == count_code_points(std::string_view(text).substr(0, tokens[i].byte_end)));
  }
  CHECK(tokens[2].text == "n't");
  CHECK(tokens[4].text == "(");
}

TEST_CASE("texts without tokens give none", "[text]") {
  for (const char* text : {"", "   ", "\t\r\n", "\u00a0\u200b\uFEFF"}) CHECK(tokenize(text).empty());
}

TEST_CASE("any bytes tokenise, in order and inside the text", "[text]") {
  uint64_t state = 12345;
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      static constexpr std::string_view likely =
          "abzI.'-\\/,@#:)` \n\xC3\xA9\xFF\xF0\x9F\x98\x80"
          "019n't";
      text += likely[(state >> 33) % likely.size()];
    }
    size_t previous = 0;
    for (const Token& token : tokenize(text)) {
      REQUIRE(token.byte_begin >= previous);
      REQUIRE(token.byte_end > token.byte_begin);
      REQUIRE(token.byte_end <= text.size());
      REQUIRE_FALSE(find_bad_byte(token.text));
      previous = token.byte_end;
    }
  }
}

TEST_CASE("a megabyte without a space is tokenised in linear time", "[text]") {
  std::string nasty;
  for (int i = 0; i < 300000; ++i) nasty += "h's";
  CHECK(tokenize("a" + nasty).size() > 1);
  CHECK(tokenize(std::string(1000000, '-')).size() == 1);
  CHECK(tokenize(std::string(1000000, 'x')).size() == 1);
}

TEST_CASE("an address ends at a typographic quote, a tag, or a script without blanks", "[text]") {
  CHECK(joined("\u201chttp://x.org/a\u201d\u2014she") == "\" http://x.org/a \" -- she");
  CHECK(joined("see http://x.org/a\u201d, he said") == "see http://x.org/a \" , he said");
  CHECK(joined("http://x.org<br />next") == "http://x.org next");
  CHECK(joined("http://x.org\u662f") == "http://x.org \u662f");
}

TEST_CASE("what scraped text has of HTML is read as what it stands for", "[text]") {
  CHECK(joined("good &amp; bad<br /><br />it&#39;s &quot;AT&amp;T&quot; &lt;3&nbsp;x") ==
        "good & bad it 's \" at&t \" <3 x");
  CHECK(joined("a<br>b<BR/>c") == "a b c");
  CHECK(joined("R&D &c. &unknown; a<b>c") == "r&d & c . & unknown ; a < b > c");
  const auto tokens = tokenize("x &amp; y");
  REQUIRE(tokens.size() == 3);
  CHECK(tokens[1].byte_begin == 2);
  CHECK(tokens[1].byte_end == 7);
  CHECK(tokens[1].char_end == 7);
}

TEST_CASE("characters that hide inside a word or join its parts do not split it", "[text]") {
  CHECK(joined("inter\u00adnational") == "international");
  CHECK(joined("Dub\ufeffbz\u2060x a\u200eb") == "dubbzx ab");
  CHECK(joined("well\u2011made col\u00b7legi") == "well-made col\u00b7legi");
  CHECK(joined("a\u200bb") == "a b");  // a zero-width space is a space
  CHECK(joined("\u00ada") == "\u00ad a");
}

TEST_CASE("scripts without blanks give a token for each character", "[text]") {
  CHECK(joined("\u6211\u611b Paris\u3002") == "\u6211 \u611b paris \u3002");
  CHECK(joined("\u3053\u308c\u306fTV") == "\u3053 \u308c \u306f tv");
  CHECK(tokenize("\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35").size() == 4);  // marks stay with their letter
  CHECK(joined("\ud55c\uad6d \u0440\u0443\u0441") == "\ud55c\uad6d \u0440\u0443\u0441");
}

TEST_CASE("a megabyte of alternating marks is tokenised in linear time", "[text]") {
  std::string marks = "a";
  for (int i = 0; i < 250000; ++i) marks += "\u0301\u0323";
  CHECK(tokenize(marks).size() == 1);
  CHECK(nfc("e\u0301\u0323") == nfc("e\u0323\u0301"));
}
