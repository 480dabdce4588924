#include "lemma/train/corpus.h"

#include <algorithm>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/data/baselines.h"
#include "lemma/data/ner.h"
#include "lemma/data/sentiment.h"
#include "lemma/data/tags.h"
#include "lemma/text/tokenizer.h"

namespace lemma::train {
namespace {

std::string times(int64_t n, const char* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); }

void note_replaced(Corpus& corpus, int64_t replaced) {
  if (replaced > 0) corpus.notes.push_back(fmt::format("{} replaced by U+FFFD", times(replaced, "invalid byte")));
}

Corpus corpus_of(const data::SentimentData& data) {
  Corpus corpus{Task::sentiment, data.path, data.format, {}, data.labels, data.labels, data.counts, {}};
  for (const data::SentimentExample& example : data.examples)
    corpus.samples.push_back({text::tokenize_words(example.text), {example.label}, example.text, example.line});
  note_replaced(corpus, data.replaced);
  return corpus;
}

Corpus corpus_of(const data::NerData& data, const std::vector<std::string>& tags) {
  Corpus corpus{Task::ner, data.path, data.format, {}, tags, data.types, data.type_counts, {}};
  for (const data::NerSentence& sentence : data.sentences) {
    Sample sample{sentence.tokens, {}, "", sentence.line};
    for (const std::string& tag : sentence.tags)
      sample.labels.push_back(std::find(tags.begin(), tags.end(), tag) - tags.begin());
    corpus.samples.push_back(std::move(sample));
  }
  if (data.repaired > 0)
    corpus.notes.push_back(fmt::format("{} began with I- and now with B-", times(data.repaired, "entity span")));
  note_replaced(corpus, data.replaced);
  return corpus;
}

// The last tenth of the examples, in the order of the file, becomes the dev part.
data::SentimentData hold_out_tenth(data::SentimentData& train) {
  const auto count = static_cast<int64_t>(train.examples.size());
  const int64_t kept = count - std::max<int64_t>(1, count / 10);
  if (kept < 1)
    throw IoError(train.path, fmt::format("{} are too few to hold some out; give --dev FILE", times(count, "example")));
  data::SentimentData dev = train;
  dev.examples.erase(dev.examples.begin(), dev.examples.begin() + kept);
  train.examples.resize(static_cast<size_t>(kept));
  for (data::SentimentData* part : {&train, &dev}) {
    part->counts.assign(part->labels.size(), 0);
    for (const auto& example : part->examples) ++part->counts[static_cast<size_t>(example.label)];
  }
  for (size_t c = 0; c < train.labels.size(); ++c)
    if (train.counts[c] == 0)
      throw IoError(
          train.path,
          fmt::format(
              "label '{}' occurs only in the last tenth, which is held out; shuffle the file or give --dev FILE",
              train.labels[c]));
  return dev;
}

constexpr const char* kHeldOut = "the last tenth, held out";

Corpora read_sentiment_corpora(const std::string& train_path, const std::string& dev_path, bool replace) {
  data::SentimentData train = data::read_sentiment(train_path, {.replace_invalid = replace, .labels = {}});
  const data::SentimentData dev =
      dev_path.empty() ? hold_out_tenth(train)
                       : data::read_sentiment(dev_path, {.replace_invalid = replace, .labels = train.labels});
  Corpora corpora{corpus_of(train), corpus_of(dev), {}};
  const data::SentimentBaselines scores = data::sentiment_baselines(train, dev);
  corpora.baselines = {{"majority", scores.majority}, {"naive Bayes", scores.naive_bayes}};
  return corpora;
}

Corpora read_ner_corpora(const std::string& train_path, const std::string& dev_path, bool replace) {
  data::NerData train = data::read_ner(train_path, {.replace_invalid = replace, .types = {}});
  data::NerData dev;
  if (dev_path.empty()) {
    auto parts = data::split(train, 0.9);
    train = std::move(parts.first);
    dev = std::move(parts.second);
  } else {
    dev = data::read_ner(dev_path, {.replace_invalid = replace, .types = train.types});
  }
  const std::vector<std::string> tags = data::bio_labels(train.types);
  Corpora corpora{corpus_of(train, tags), corpus_of(dev, tags), {}};
  const data::NerBaselines scores = data::ner_baselines(train, dev);
  corpora.baselines = {{"majority tag", scores.majority_tag.all.f1()}, {"training lexicon", scores.lexicon.all.f1()}};
  return corpora;
}

}  // namespace

int64_t Corpus::tokens() const {
  int64_t total = 0;
  for (const Sample& sample : samples) total += static_cast<int64_t>(sample.tokens.size());
  return total;
}

Corpora read_corpora(Task task, const std::string& train_path, const std::string& dev_path, bool replace_invalid) {
  Corpora corpora = task == Task::sentiment ? read_sentiment_corpora(train_path, dev_path, replace_invalid)
                                            : read_ner_corpora(train_path, dev_path, replace_invalid);
  if (dev_path.empty()) corpora.dev.notes.insert(corpora.dev.notes.begin(), kHeldOut);
  return corpora;
}

Corpus read_corpus(Task task, const std::string& path, const std::vector<std::string>& labels, bool replace_invalid) {
  if (task == Task::sentiment)
    return corpus_of(data::read_sentiment(path, {.replace_invalid = replace_invalid, .labels = labels}));
  std::vector<std::string> types;
  for (const std::string& label : labels)
    if (label.starts_with("B-")) types.push_back(label.substr(2));
  return corpus_of(data::read_ner(path, {.replace_invalid = replace_invalid, .types = types}), labels);
}

}  // namespace lemma::train
