#include "tasks/ner/corpus.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/tags.h"
#include "lemma/tasks/ner/baselines.h"
#include "lemma/tasks/ner/ner.h"
#include "tasks/text/inspect.h"
#include "tasks/text/reading.h"

namespace lemma::tasks {

namespace {

// Entities of types that no tag of the model stands for.
void note_other_types(TextCorpus& corpus, const data::TaggedSentences& data, const std::set<std::string>& known) {
  std::vector<std::string> others;
  int64_t entities = 0;
  for (size_t i = 0; i < data.types.size(); ++i)
    if (!known.contains(data.types[i])) {
      others.push_back(fmt::format("{} ({})", data.types[i], words::grouped(data.type_counts[i])));
      entities += data.type_counts[i];
    }
  if (others.empty()) return;
  const size_t more = others.size() - std::min<size_t>(others.size(), 5);
  others.resize(others.size() - more);
  corpus.notes.push_back(fmt::format("{} of types that the training data lacks will count as missed: {}{}",
                                     entities == 1 ? "1 entity" : words::grouped(entities) + " entities",
                                     fmt::join(others, ", "), more > 0 ? fmt::format(" and {} more", more) : ""));
}

}  // namespace

TextCorpus corpus_of(const data::TaggedSentences& data, const std::vector<std::string>& tags) {
  TextCorpus corpus;
  corpus.path = data.path;
  corpus.format = data.format;
  corpus.unit = "sentence";
  corpus.labels_per_token = true;
  corpus.labels = tags;
  corpus.classes = data.types;
  corpus.counts = data.type_counts;
  std::set<std::string> known;
  for (const std::string& tag : tags)
    if (tag.size() > 2) known.insert(tag.substr(2));
  for (const std::string& type : data.types)
    if (!known.contains(type)) corpus.labels.insert(corpus.labels.end(), {"B-" + type, "I-" + type});
  std::unordered_map<std::string, int64_t> numbers;
  for (const std::string& tag : corpus.labels) numbers.emplace(tag, static_cast<int64_t>(numbers.size()));
  for (const data::TaggedSentence& sentence : data.sentences) {
    Sample sample{sentence.tokens, {}, "", sentence.line};
    for (const std::string& tag : sentence.tags) sample.labels.push_back(numbers.at(tag));
    corpus.samples.push_back(std::move(sample));
  }
  corpus.notes = data.notes;
  note_other_types(corpus, data, known);
  if (data.repaired > 0)
    corpus.notes.push_back(words::plural(data.repaired, "entity span") + " began with I-, rewritten to begin with B-");
  corpus.note_replaced(data.replaced);
  return corpus;
}

data::TaggedSentences read_tagged(const std::string& path, const train::ReadOptions& how,
                                  const std::vector<std::string>& types) {
  if (!how.text_column.empty() || !how.label_column.empty())
    throw IoError(path,
                  "--text-column and --label-column are for files with a label for each text; tokens and their tags "
                  "have --token-column and --tag-column");
  const data::TaggedSentenceOptions options{.replace_invalid = how.replace_invalid,
                                            .types = types,
                                            .other_types = true,
                                            .token_column = how.token_column,
                                            .tag_column = how.tag_column,
                                            .skip_bad_lines = how.skip_bad_lines,
                                            .fold_case = how.fold_case};
  return naming_the_option([&] { return data::read_tagged_sentences(path, options); });
}

TextCorpora read_ner(const std::string& train_path, const std::string& dev_path, const train::ReadOptions& how) {
  data::TaggedSentences train = read_tagged(train_path, how);
  data::TaggedSentences dev;
  if (dev_path.empty()) {
    if (train.sentences.size() < 2)
      throw IoError(train_path, fmt::format("{} are too few to hold some out; give --dev FILE",
                                            words::plural(static_cast<int64_t>(train.sentences.size()), "sentence")));
    auto parts = data::split(train, 0.9);
    train = std::move(parts.first);
    dev = std::move(parts.second);
    if (train.entities == 0)
      throw IoError(train_path,
                    "every entity is in the last tenth, which is held out; shuffle the file or give --dev FILE");
  } else {
    dev = read_tagged(dev_path, how, train.types);
  }
  const std::vector<std::string> tags = data::bio_labels(train.types);
  const NerBaselines scores = ner_baselines(train, dev);
  return {corpus_of(train, tags),
          corpus_of(dev, tags),
          {{"majority tag", scores.majority_tag.all.f1()}, {"training lexicon", scores.lexicon.all.f1()}}};
}

std::string inspect_ner(const std::string& path, const train::ReadOptions& how) {
  train::ReadOptions lenient = how;
  lenient.skip_bad_lines = lenient.replace_invalid = true;
  const data::TaggedSentences data = read_tagged(path, lenient);
  TextCorpus corpus = corpus_of(data, data::bio_labels(data.types));
  if (data.skipped > 0 && !how.skip_bad_lines)
    corpus.notes.push_back("training stops at such a line unless --skip-bad-lines leaves it out");
  if (data.replaced > 0 && !how.replace_invalid)
    corpus.notes.push_back("training stops at such a byte unless --replace-invalid replaces it");
  std::vector<std::string> examples;
  for (size_t i = 0; i < std::min<size_t>(3, corpus.samples.size()); ++i) {
    const data::TaggedSentence& sentence = data.sentences[i];
    std::string text;
    for (size_t t = 0; t < std::min<size_t>(sentence.tokens.size(), 12); ++t)
      text += (t > 0 ? " " : "") + sentence.tokens[t] + "/" + sentence.tags[t];
    examples.push_back(fmt::format("line {}: {}", sentence.line, words::quote(text)));
  }
  return inspection(
      corpus,
      {"tokens with entity tags, for lemma train ner",
       data.columns,
       fmt::format("token in {}, tag in {}", words::quote(data.token_column), words::quote(data.tag_column)),
       "entities",
       {"--token-column, --tag-column COLUMN: take other columns, by name or number",
        "--skip-bad-lines: leave out lines that do not read", "--fold-case: types that differ only by case are one",
        "--replace-invalid: read bytes that are not UTF-8"}},
      examples);
}

}  // namespace lemma::tasks
