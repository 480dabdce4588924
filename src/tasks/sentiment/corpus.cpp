#include "tasks/sentiment/corpus.h"

#include <algorithm>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/random.h"
#include "lemma/tasks/sentiment/baselines.h"
#include "lemma/tasks/sentiment/sentiment.h"
#include "lemma/text/tokenizer.h"
#include "tasks/text/inspect.h"
#include "tasks/text/reading.h"

namespace lemma::tasks {
namespace {

constexpr uint64_t kHoldOutSeed = 1;

void recount(data::LabelledTexts& part) {
  part.counts.assign(part.labels.size(), 0);
  for (const auto& example : part.examples) ++part.counts[static_cast<size_t>(example.label)];
}

// A tenth of each class, and one example at least of each that has two, becomes the dev set: drawn, since files are
// often sorted. Both parts keep the order of the file.
data::LabelledTexts hold_out_tenth(data::LabelledTexts& train) {
  std::vector<std::vector<size_t>> members(train.labels.size());
  for (size_t i = 0; i < train.examples.size(); ++i) members[static_cast<size_t>(train.examples[i].label)].push_back(i);
  Generator generator{kHoldOutSeed};
  std::vector<bool> held(train.examples.size());
  size_t count = 0;
  for (std::vector<size_t>& rows : members) {
    const size_t tenth = rows.size() < 2 ? 0 : std::max<size_t>(1, rows.size() / 10);
    for (size_t k = 0; k < tenth; ++k, ++count) {
      std::swap(rows[k], rows[k + static_cast<size_t>(generator.below(static_cast<int64_t>(rows.size() - k)))]);
      held[rows[k]] = true;
    }
  }
  if (count == 0)
    throw IoError(train.path, fmt::format("{} are too few to hold some out; give --dev FILE",
                                          words::plural(static_cast<int64_t>(train.examples.size()), "example")));
  data::LabelledTexts dev = train;
  dev.examples.clear();
  dev.notes.clear();
  std::vector<data::LabelledText> kept;
  for (size_t i = 0; i < train.examples.size(); ++i)
    (held[i] ? dev.examples : kept).push_back(std::move(train.examples[i]));
  train.examples = std::move(kept);
  recount(train);
  recount(dev);
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
  corpus.notes = data.notes;
  corpus.note_replaced(data.replaced);
  return corpus;
}

data::LabelledTexts read_labelled(const std::string& path, const train::ReadOptions& how,
                                  std::vector<std::string> labels) {
  if (!how.token_column.empty() || !how.tag_column.empty())
    throw IoError(path,
                  "--token-column and --tag-column are for files with a tag for each token; whole texts have "
                  "--text-column and --label-column");
  const data::LabelledTextOptions options{.replace_invalid = how.replace_invalid,
                                          .labels = std::move(labels),
                                          .if_tags = " (for CoNLL columns the task is ner)",
                                          .text_column = how.text_column,
                                          .label_column = how.label_column,
                                          .skip_bad_lines = how.skip_bad_lines,
                                          .fold_case = how.fold_case};
  return naming_the_option([&] { return data::read_labelled_texts(path, options); });
}

TextCorpora read_sentiment(const std::string& train_path, const std::string& dev_path, const train::ReadOptions& how) {
  data::LabelledTexts train = read_labelled(train_path, how, {});
  const data::LabelledTexts dev = dev_path.empty() ? hold_out_tenth(train) : read_labelled(dev_path, how, train.labels);
  const SentimentBaselines scores = sentiment_baselines(train, dev);
  return {corpus_of(train), corpus_of(dev), {{"majority", scores.majority}, {"naive Bayes", scores.naive_bayes}}};
}

std::string inspect_sentiment(const std::string& path, const train::ReadOptions& how) {
  train::ReadOptions lenient = how;
  lenient.skip_bad_lines = lenient.replace_invalid = true;
  const data::LabelledTexts data = read_labelled(path, lenient, {});
  TextCorpus corpus = corpus_of(data);
  if (data.skipped > 0 && !how.skip_bad_lines)
    corpus.notes.push_back("training stops at such a line unless --skip-bad-lines leaves it out");
  if (data.replaced > 0 && !how.replace_invalid)
    corpus.notes.push_back("training stops at such a byte unless --replace-invalid replaces it");
  std::vector<std::string> examples;
  for (size_t i = 0; i < std::min<size_t>(3, data.examples.size()); ++i) {
    const data::LabelledText& example = data.examples[i];
    examples.push_back(fmt::format("line {}: {} {}", example.line,
                                   words::quote(data.labels[static_cast<size_t>(example.label)]),
                                   words::quote(example.text)));
  }
  std::vector<std::string> options;
  if (!data.columns.empty())
    options.push_back("--text-column, --label-column COLUMN: take other columns, by name or number");
  for (const char* option :
       {"--skip-bad-lines: leave out lines that do not read", "--fold-case: labels that differ only by case are one",
        "--replace-invalid: read bytes that are not UTF-8"})
    options.emplace_back(option);
  const std::string taken =
      data.columns.empty()
          ? ""
          : fmt::format("text in {}, label in {}", words::quote(data.text_column), words::quote(data.label_column));
  return inspection(corpus, {"labelled texts, for lemma train sentiment", data.columns, taken, "labels", options},
                    examples);
}

}  // namespace lemma::tasks
