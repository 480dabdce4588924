#include "catch.h"
#include "lemma/core/error.h"
#include "lemma/tasks/ner/baselines.h"
#include "lemma/tasks/sentiment/baselines.h"
#include "temp_dir.h"

using namespace lemma;
using namespace lemma::data;
using namespace lemma::tasks;
using Words = std::vector<std::string>;

namespace {
TaggedSentences corpus(const std::vector<std::pair<Words, Words>>& sentences) {
  TaggedSentences data;
  for (const auto& [tokens, tags] : sentences) data.sentences.push_back({tokens, tags, 0, 1});
  return data;
}
}  // namespace

TEST_CASE("naive Bayes by hand", "[data]") {
  // V = {good, film, bad}; class 0: bad 1, film 1; class 1: good 2, film 1 (a word counts once per text).
  const NaiveBayes bayes({{"bad", "film"}, {"good", "good", "film"}, {"good"}}, {0, 1, 1}, 2);
  CHECK(bayes.predict({"bad"}) == 0);  // 1/3 * 2/5 > 2/3 * 1/6
  CHECK(bayes.predict({"good"}) == 1);
  CHECK(bayes.predict({"film"}) == 1);  // 1/3 * 2/5 < 2/3 * 2/6
  CHECK(bayes.predict({}) == 1);        // the prior
  CHECK(bayes.predict({"never", "seen"}) == 1);
  CHECK(bayes.predict({"bad", "good", "bad", "bad"}) == 1);  // 1/3 * 2/5 * 1/5 < 2/3 * 1/6 * 3/6
}

TEST_CASE("baselines refuse what does not fit", "[data]") {
  CHECK(error_of<ValueError>([] { NaiveBayes({{"a"}}, {}, 2); }) ==
        "[NaiveBayes] 1 texts and 0 labels; expected the same number of both, at least one");
  CHECK(error_of<IndexError>([] { NaiveBayes({{"a"}}, {2}, 2); }) == "[NaiveBayes] label 2 is outside [0, 2)");
  LabelledTexts train, dev;
  train.path = "a";
  dev.path = "b";
  train.labels = {"0", "1"};
  dev.labels = {"neg", "pos"};
  CHECK(error_of<ValueError>([&] { sentiment_baselines(train, dev); }) ==
        "[sentiment_baselines] labels differ: 0, 1 in a, neg, pos in b");
}

TEST_CASE("the majority tagger repeats each word's most frequent tag", "[data]") {
  const MajorityTagger tagger(corpus({{{"Lima", "May", "May"}, {"B-LOC", "O", "B-PER"}}, {{"May"}, {"B-PER"}}}));
  CHECK(tagger.tag({"Lima", "May", "unseen"}) == Words{"B-LOC", "B-PER", "O"});
}

TEST_CASE("the lexicon takes the longest entity of one type alone", "[data]") {
  const TaggedSentences train = corpus({{{"New", "York", "is", "New"}, {"B-LOC", "I-LOC", "O", "B-ORG"}},
                                        {{"Paris", "met", "Paris"}, {"B-LOC", "O", "B-PER"}}});
  const Lexicon lexicon(train);
  CHECK(lexicon.size() == 3);
  CHECK(lexicon.tag({"New", "York", "New", "Paris"}) == Words{"B-LOC", "I-LOC", "B-ORG", "O"});
  CHECK(lexicon.tag({"NewYork"}) == Words{"O"});
  const auto scores = ner_baselines(train, train);
  CHECK(scores.all_o.all.f1() == 0);
  CHECK(scores.all_o.token_accuracy() == Approx(2.0 / 7));
  CHECK(scores.lexicon.all.precision() == 1);
  CHECK(scores.lexicon.all.recall() == 0.5);
}
