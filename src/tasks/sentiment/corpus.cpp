#include "tasks/sentiment/corpus.h"

#include <algorithm>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/tasks/sentiment/baselines.h"
#include "lemma/tasks/sentiment/sentiment.h"
#include "lemma/text/tokenizer.h"

namespace lemma::tasks {
namespace {

// The last tenth of the examples, in the order of the file, becomes the dev set.
data::LabelledTexts hold_out_tenth(data::LabelledTexts& train) {
  const auto count = static_cast<int64_t>(train.examples.size());
  const int64_t kept = count - std::max<int64_t>(1, count / 10);
  if (kept < 1)
    throw IoError(train.path,
                  fmt::format("{} are too few to hold some out; give --dev FILE", words::plural(count, "example")));
  data::LabelledTexts dev = train;
  dev.examples.erase(dev.examples.begin(), dev.examples.begin() + kept);
  train.examples.resize(static_cast<size_t>(kept));
  for (data::LabelledTexts* part : {&train, &dev}) {
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

}  // namespace

TextCorpus corpus_of(const data::LabelledTexts& data) {
  TextCorpus corpus;
  corpus.path = data.path;
  corpus.format = data.format;
  corpus.labels = corpus.classes = data.labels;
  corpus.counts = data.counts;
  for (const data::LabelledText& example : data.examples)
    corpus.samples.push_back({text::tokenize_words(example.text), {example.label}, example.text, example.line});
  corpus.note_replaced(data.replaced);
  return corpus;
}

data::LabelledTexts read_labelled(const std::string& path, bool replace_invalid, std::vector<std::string> labels) {
  data::LabelledTexts data = data::read_labelled_texts(path, {.replace_invalid = replace_invalid,
                                                              .labels = std::move(labels),
                                                              .if_tags = " (for CoNLL columns the task is ner)"});
  // A model keeps its labels one per line, and must be able to read them again.
  for (const data::LabelledText& example : data.examples) {
    const std::string& label = data.labels[static_cast<size_t>(example.label)];
    if (label.find_first_of("\r\n") != std::string::npos || label.starts_with("\xEF\xBB\xBF"))
      throw IoError(fmt::format("{}:{}", path, example.line),
                    fmt::format("the label {} holds a line break or a byte order mark; expected one line of text, so a "
                                "quote may be missing",
                                words::quote(label)));
  }
  return data;
}

TextCorpora read_sentiment(const std::string& train_path, const std::string& dev_path, bool replace_invalid) {
  data::LabelledTexts train = read_labelled(train_path, replace_invalid, {});
  const data::LabelledTexts dev =
      dev_path.empty() ? hold_out_tenth(train) : read_labelled(dev_path, replace_invalid, train.labels);
  const SentimentBaselines scores = sentiment_baselines(train, dev);
  return {corpus_of(train), corpus_of(dev), {{"majority", scores.majority}, {"naive Bayes", scores.naive_bayes}}};
}

}  // namespace lemma::tasks
