// The corpora in data/: large enough, balanced, well formed, and written rather than stamped out of templates.
#include <algorithm>
#include <map>
#include <set>

#include "catch.h"
#include "lemma/tasks/ner/baselines.h"
#include "lemma/tasks/sentiment/baselines.h"
#include "lemma/text/features.h"
#include "lemma/text/tokenizer.h"

using namespace lemma;
using namespace lemma::data;
using namespace lemma::tasks;

namespace {

using Sentences = std::vector<std::vector<std::string>>;
const std::string kRoot = std::string(LEMMA_SOURCE_DIR) + "/data/";

std::vector<std::string> fivegrams(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (size_t i = 0; i + 5 <= words.size(); ++i) {
    std::string gram;
    for (size_t k = i; k < i + 5; ++k) gram += words[k] + " ";
    out.push_back(gram);
  }
  return out;
}

// The share of 5-gram places whose 5-gram occurs more than once in the same part.
double repeated_within(const Sentences& sentences) {
  std::map<std::string, int64_t> counts;
  int64_t all = 0, repeated = 0;
  for (const auto& words : sentences)
    for (const auto& gram : fivegrams(words)) {
      ++counts[gram];
      ++all;
    }
  for (const auto& [gram, count] : counts) repeated += count > 1 ? count : 0;
  REQUIRE(all > 1000);
  return static_cast<double>(repeated) / static_cast<double>(all);
}

// The share of dev's 5-gram places whose 5-gram occurs in train.
double repeated_in(const Sentences& train, const Sentences& dev) {
  std::set<std::string> known;
  for (const auto& words : train)
    for (const auto& gram : fivegrams(words)) known.insert(gram);
  int64_t all = 0, repeated = 0;
  for (const auto& words : dev)
    for (const auto& gram : fivegrams(words)) {
      ++all;
      repeated += known.contains(gram);
    }
  REQUIRE(all > 500);
  return static_cast<double>(repeated) / static_cast<double>(all);
}

void check_written(const Sentences& train, const Sentences& dev) {
  CHECK(repeated_within(train) < 0.10);
  CHECK(repeated_within(dev) < 0.10);
  CHECK(repeated_in(train, dev) < 0.03);
  const std::set<std::vector<std::string>> known(train.begin(), train.end());
  CHECK(known.size() == train.size());
  CHECK(std::none_of(dev.begin(), dev.end(), [&](const auto& words) { return known.contains(words); }));
}

Sentences words_of(const LabelledTexts& data) {
  Sentences out;
  for (const auto& example : data.examples) out.push_back(text::tokenize_words(example.text));
  return out;
}

Sentences words_of(const TaggedSentences& data) {
  Sentences out;
  for (const auto& sentence : data.sentences) {
    out.emplace_back();
    for (const auto& token : sentence.tokens) out.back().push_back(text::word_form(token));
  }
  return out;
}

}  // namespace

TEST_CASE("the sentiment corpus is large, balanced and written", "[corpora]") {
  const auto train = read_labelled_texts(kRoot + "sentiment/train.tsv");
  const auto dev = read_labelled_texts(kRoot + "sentiment/dev.tsv", {.labels = train.labels});
  CHECK(train.examples.size() + dev.examples.size() >= 1200);
  CHECK(dev.examples.size() >= 200);
  REQUIRE(train.labels == std::vector<std::string>{"negative", "positive"});
  for (const LabelledTexts* part : {&train, &dev}) {
    const double share = static_cast<double>(part->counts[1]) / static_cast<double>(part->examples.size());
    CHECK(share > 0.475);
    CHECK(share < 0.525);
  }
  check_written(words_of(train), words_of(dev));
  const auto scores = sentiment_baselines(train, dev);  // learnable, and not by single words alone
  CHECK(scores.naive_bayes > 0.6);
  CHECK(scores.naive_bayes < 0.9);
}

TEST_CASE("the entity corpus is large, well tagged and written", "[corpora]") {
  const auto train = read_tagged_sentences(kRoot + "ner/train.conll");
  const auto dev = read_tagged_sentences(kRoot + "ner/dev.conll", {.types = train.types});
  CHECK(train.sentences.size() + dev.sentences.size() >= 800);
  CHECK(dev.sentences.size() >= 120);
  CHECK(train.types == std::vector<std::string>{"DATE", "LOC", "ORG", "PER"});
  CHECK(dev.types == train.types);
  for (const TaggedSentences* part : {&train, &dev}) {
    CHECK(part->scheme == "BIO");
    CHECK(part->repaired == 0);
    for (const int64_t count : part->type_counts) CHECK(count >= 40);
    for (const auto& sentence : part->sentences)
      for (const auto& token : sentence.tokens) {
        REQUIRE_FALSE(token.empty());
        REQUIRE(token.find(' ') == std::string::npos);
      }
  }
  check_written(words_of(train), words_of(dev));
  CHECK(ner_baselines(train, dev).lexicon.all.f1() < 0.7);  // dev has names that train has not
}
