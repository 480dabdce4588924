#include <algorithm>

#include "catch.h"
#include "lemma/data/batches.h"
#include "lemma/data/tags.h"
#include "lemma/tasks/ner/best_tags.h"
#include "lemma/tasks/text/coder.h"
#include "temp_dir.h"

using namespace lemma;
using namespace lemma::data;
using tasks::TextCoder;
using tasks::TextCorpus;
using text::Vocabulary;

namespace {

TextCorpus labelled(const std::vector<std::pair<std::vector<std::string>, int64_t>>& texts) {
  TextCorpus corpus;
  corpus.labels = {"neg", "pos"};
  for (const auto& [tokens, label] : texts) corpus.samples.push_back({tokens, {label}, "", 1});
  return corpus;
}

// `count` texts of 1 to 40 words, in no order of length.
EncodedTexts many(int64_t count) {
  EncodedTexts dataset;
  for (int64_t i = 0; i < count; ++i) {
    Example example;
    example.ids.assign(static_cast<size_t>(1 + (i * 7919) % 40), 2 + i);
    example.labels = {i % 2};
    dataset.examples.push_back(example);
  }
  return dataset;
}

TextCorpus tagged() {
  TextCorpus corpus;
  corpus.path = "train.conll";
  corpus.labels_per_token = true;
  corpus.labels = bio_labels({"LOC", "PER"});
  corpus.samples = {{{"Lima", "is", "far"}, {1, 0, 0}, "", 1}, {{"Ann"}, {3}, "", 5}};
  return corpus;
}

}  // namespace

TEST_CASE("a batch of labelled texts pads to its longest text and masks the padding", "[data]") {
  const TextCorpus corpus = labelled({{{"good", "film", ",", "good"}, 1}, {{"bad", "film"}, 0}});
  const TextCoder coder = TextCoder::build(corpus, 1, 1);
  const Vocabulary& words = coder.words;
  const Batch batch = collate(coder.encode(corpus), std::vector<int64_t>{1, 0});
  CHECK(batch.ids.shape() == Shape{2, 4});
  CHECK(batch.ids.dtype() == int64);
  CHECK(batch.ids.to_vector<int64_t>() == std::vector<int64_t>{words.id("bad"), words.id("film"), 0, 0,
                                                               words.id("good"), words.id("film"), words.id(","),
                                                               words.id("good")});
  CHECK(batch.mask.dtype() == boolean);
  CHECK(batch.mask.to_vector<int64_t>() == std::vector<int64_t>{1, 1, 0, 0, 1, 1, 1, 1});
  CHECK(batch.labels.shape() == Shape{2});
  CHECK(batch.labels.to_vector<int64_t>() == std::vector<int64_t>{0, 1});
  CHECK(batch.lengths == std::vector<int64_t>{2, 4});
  CHECK(batch.indices == std::vector<int64_t>{1, 0});
  Example bare;
  bare.ids = {2, 3};
  CHECK(collate({bare}).features.empty());
  CHECK_FALSE(collate({bare}).chars.defined());
}

TEST_CASE("a batch of tagged texts carries features, characters and a label per token", "[data]") {
  TextCoder coder = TextCoder::build(tagged(), 1, 1);
  text::Counter tokens;
  for (const char* token : {"Lima", "is", "far", "Ann"}) tokens.add(token);
  const auto features = text::WordFeatures::build(tokens, {.min_count = 1, .characters = 5});
  coder.features = features;
  const Batch batch = collate(coder.encode(tagged()), std::vector<int64_t>{0, 1});
  CHECK(batch.ids.shape() == Shape{2, 3});
  REQUIRE(batch.features.size() == text::WordFeatures::kColumns);
  CHECK(batch.features[0].to_vector<int64_t>() == std::vector<int64_t>{features.ids("Lima")[0], features.ids("is")[0],
                                                                       features.ids("far")[0], features.ids("Ann")[0],
                                                                       0, 0});
  CHECK(batch.chars.shape() == Shape{2, 3, 5});
  const auto lima = features.character_ids("Lima");
  const auto chars = batch.chars.to_vector<int64_t>();
  CHECK(std::equal(lima.begin(), lima.end(), chars.begin()));
  CHECK(std::all_of(chars.begin() + 20, chars.end(), [](int64_t id) { return id == 0; }));
  CHECK(batch.labels.to_vector<int64_t>() == std::vector<int64_t>{1, 0, 0, 3, kIgnore, kIgnore});
  CHECK(collate({coder.encode(std::vector<std::string>{"Lima"})}).chars.shape() == Shape{1, 1, 5});
  CHECK_FALSE(collate({coder.encode(std::vector<std::string>{"Lima"})}).labels.defined());
}

TEST_CASE("truncation and unknown words are counted, never silent", "[data]") {
  TextCoder coder = TextCoder::build(labelled({{{"a", "b"}, 0}}), 1, 1);
  const EncodedTexts dataset = coder.encode(labelled({{{"a", "b", "c", "d", "e"}, 1}, {{"a", "b"}, 0}, {{}, 0}}), 3);
  CHECK(dataset.truncated_examples == 1);
  CHECK(dataset.truncated_tokens == 2);
  CHECK(dataset.longest == 5);
  CHECK(dataset.tokens == 6);
  CHECK(dataset.unknown == 2);
  CHECK(dataset.unknown_rate() == Approx(2.0 / 6));
  CHECK(dataset.examples[2].ids == std::vector<int64_t>{Vocabulary::unk});
  coder.labels_per_token = true;
  const EncodedTexts cut = coder.encode(tagged(), 2);
  CHECK(cut.truncated_tokens == 1);
  CHECK(cut.examples[0].labels == std::vector<int64_t>{1, 0});
}

TEST_CASE("every example comes once per pass, and all batches but one are full", "[data]") {
  const EncodedTexts dataset = many(1003);
  Generator generator{7};
  for (Generator* source : {&generator, static_cast<Generator*>(nullptr)}) {
    const auto batches = make_batches(dataset, 32, source, 5);
    std::vector<int64_t> seen;
    int partial = 0;
    for (const auto& batch : batches) {
      seen.insert(seen.end(), batch.begin(), batch.end());
      partial += batch.size() != 32;
    }
    std::sort(seen.begin(), seen.end());
    REQUIRE(seen.size() == 1003);
    for (int64_t i = 0; i < 1003; ++i) REQUIRE(seen[static_cast<size_t>(i)] == i);
    CHECK(batches.size() == 32);
    CHECK(partial == 1);
  }
}

TEST_CASE("the order depends on the seed alone, and differs from pass to pass", "[data]") {
  const EncodedTexts dataset = many(300);
  Generator a{7}, b{7}, c{8};
  const auto first = make_batches(dataset, 16, &a, 4);
  CHECK(first == make_batches(dataset, 16, &b, 4));
  CHECK(first != make_batches(dataset, 16, &c, 4));
  CHECK(first != make_batches(dataset, 16, &a, 4));
}

TEST_CASE("batches of like length leave little padding", "[data]") {
  const EncodedTexts dataset = many(2000);
  Generator generator{1};
  std::vector<std::vector<int64_t>> unsorted;
  for (int64_t i = 0; i < 2000; i += 32) {
    unsorted.emplace_back();
    for (int64_t j = i; j < std::min<int64_t>(i + 32, 2000); ++j) unsorted.back().push_back(j);
  }
  CHECK(padding_share(dataset, unsorted) > 0.4);
  CHECK(padding_share(dataset, make_batches(dataset, 32, &generator)) < 0.05);
  CHECK(padding_share(dataset, make_batches(dataset, 32)) < 0.03);
  CHECK(padding_share(dataset, {}) == 0);
}

TEST_CASE("an example of nothing, or of the wrong kind, is refused", "[data]") {
  const EncodedTexts dataset = many(3);
  Generator generator{1};
  CHECK(make_batches(EncodedTexts{}, 8, &generator).empty());
  CHECK(error_of<ValueError>([&] { make_batches(dataset, 0); }) ==
        "[make_batches] batch_size is 0; expected 1 or more");
  CHECK(error_of<ValueError>([&] { make_batches(dataset, 8, &generator, -1); }) ==
        "[make_batches] pool is -1; expected 1 or more");
  CHECK(make_batches(dataset, INT64_MAX, &generator, INT64_MAX).size() == 1);
  CHECK(error_of<ValueError>([&] { collate(dataset, std::vector<int64_t>{}); }) ==
        "[collate] a batch of no examples; expected one or more");
  CHECK(error_of<IndexError>([&] { collate(dataset, std::vector<int64_t>{3}); }) ==
        "[collate] example 3 is outside [0, 3)");
  CHECK(error_of<ValueError>([&] { collate({Example{}}); }) ==
        "[collate] example 0 has no tokens; expected one or more");
  Example plain, featured;
  plain.ids = featured.ids = {2};
  featured.features = {{2}};
  CHECK(error_of<ValueError>([&] {
          collate({plain, featured});
        }) ==
        "[collate] example 1 has 1 feature columns and 0 character ids for 1 tokens, the first has 0 and 0 for 1; "
        "expected the "
        "same kind in one batch");
}

TEST_CASE("rows with more labels or features than tokens are refused", "[data]") {
  EncodedTexts dataset = many(2);
  dataset.examples[1].ids = {2, 3};
  dataset.examples[1].labels.assign(1000, 1);
  const std::vector<int64_t> all = {0, 1};
  CHECK(error_of<ValueError>([&] { collate(dataset, all); }) ==
        "[collate] example 1 has 1000 labels for 2 tokens; expected one for the text");
  dataset.labels_per_token = true;
  dataset.examples[0].labels.assign(dataset.examples[0].ids.size(), 0);
  CHECK(error_of<ValueError>([&] { collate(dataset, all); }) ==
        "[collate] example 1 has 1000 labels for 2 tokens; expected one for every token");
  Example wide;
  wide.ids = {2, 3};
  wide.features = {std::vector<int64_t>(1000, 1)};
  CHECK(error_of<ValueError>([&] { collate({wide}); }) ==
        "[collate] example 0 has 1000 features in a column for 2 tokens; expected one for every token");
  wide.features.clear();
  wide.chars.assign(7, 1);
  CHECK(error_of<ValueError>([&] { collate({wide}); }).starts_with("[collate] example 0 has 0 feature columns and 7 "));
}

TEST_CASE("the best tags of nothing are none", "[data]") {
  CHECK(tasks::best_tags({}, {}).empty());
  CHECK(error_of<ValueError>([] {
          tasks::best_tags({0, 0, 0}, {"O", "B-A"});
        }) == "[best_tags] 3 log-probabilities for 2 tags; expected one of each tag per token");
}
