// BLEU beside sacrebleu 2.6.0.
#include <cmath>

#include "lemma/core/error.h"
#include "lemma/data/bleu.h"
#include "tests/catch.h"

using namespace lemma;
using Texts = std::vector<std::string>;

TEST_CASE("BLEU is sacrebleu's, over one text and over several") {
  const Texts translations{"the cat sat on the mat .", "Ein Mann, der 3.5 km läuft - \"schnell\"!",
                           "no match here at all", "a b"},
      references{"the cat is sitting on the mat .", "Ein Mann, der 3,5 km lief - \"sehr schnell\"!",
                 "nothing in common there, at all", "a b c"};
  const double wanted[] = {42.38365628278778, 35.93399504805587, 29.399186193729538, 29.130282247720327};
  for (size_t n = 1; n <= 4; ++n)
    CHECK(data::bleu(std::span(translations).first(n), std::span(references).first(n)).score ==
          Approx(wanted[n - 1]).epsilon(1e-12));
}

TEST_CASE("a word counts at most as often as the reference has it, and short texts pay") {
  const data::Bleu result = data::bleu(Texts{"the the the the the the"}, Texts{"the cat sat on the mat today"});
  CHECK(result.score == Approx(8.170609724417774).epsilon(1e-12));
  CHECK(result.precisions[0] == Approx(100.0 / 3));
  CHECK(result.brevity_penalty == Approx(std::exp(1 - 7.0 / 6)));
}

TEST_CASE("BLEU without a word in common, or without four words in a row, is 0") {
  CHECK(data::bleu(Texts{"a b c"}, Texts{"a b d"}).score == 0);
  CHECK(data::bleu(Texts{"x"}, Texts{"y"}).score == 0);
  CHECK(data::bleu(Texts{""}, Texts{"y"}).score == 0);
  CHECK(data::bleu(Texts{}, Texts{}).score == 0);
  const Texts same{"a man rides a horse ."};
  CHECK(data::bleu(same, same).score == Approx(100));
}

TEST_CASE("BLEU's words are those of mteval-v13a") {
  CHECK(
      data::bleu_words("3.5 km, (a-b) don't &quot;x&quot; 10-12 1,000. a.b") ==
      Texts{"3.5", "km", ",", "(", "a-b", ")", "don't", "\"", "x", "\"", "10", "-", "12", "1,000", ".", "a", ".", "b"});
  CHECK(data::bleu_words(" \t").empty());
}

TEST_CASE("BLEU wants one reference each") {
  CHECK_THROWS_WITH(data::bleu(Texts{"a"}, Texts{}),
                    "[bleu] 1 translations and 0 references; expected one reference each");
}
