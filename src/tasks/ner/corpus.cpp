#include "tasks/ner/corpus.h"

#include <algorithm>

#include "lemma/core/words.h"
#include "lemma/data/tags.h"
#include "lemma/tasks/ner/baselines.h"
#include "lemma/tasks/ner/ner.h"

namespace lemma::tasks {

TextCorpus corpus_of(const data::TaggedSentences& data, const std::vector<std::string>& tags) {
  TextCorpus corpus;
  corpus.path = data.path;
  corpus.format = data.format;
  corpus.unit = "sentences";
  corpus.labels_per_token = true;
  corpus.labels = tags;
  corpus.classes = data.types;
  corpus.counts = data.type_counts;
  for (const data::TaggedSentence& sentence : data.sentences) {
    Sample sample{sentence.tokens, {}, "", sentence.line};
    for (const std::string& tag : sentence.tags)
      sample.labels.push_back(std::find(tags.begin(), tags.end(), tag) - tags.begin());
    corpus.samples.push_back(std::move(sample));
  }
  if (data.repaired > 0)
    corpus.notes.push_back(words::plural(data.repaired, "entity span") + " began with I-, rewritten to begin with B-");
  corpus.note_replaced(data.replaced);
  return corpus;
}

TextCorpora read_ner(const std::string& train_path, const std::string& dev_path, bool replace_invalid) {
  data::TaggedSentences train = data::read_tagged_sentences(train_path, {.replace_invalid = replace_invalid});
  data::TaggedSentences dev;
  if (dev_path.empty()) {
    auto parts = data::split(train, 0.9);
    train = std::move(parts.first);
    dev = std::move(parts.second);
  } else {
    dev = data::read_tagged_sentences(dev_path, {.replace_invalid = replace_invalid, .types = train.types});
  }
  const std::vector<std::string> tags = data::bio_labels(train.types);
  const NerBaselines scores = ner_baselines(train, dev);
  return {corpus_of(train, tags),
          corpus_of(dev, tags),
          {{"majority tag", scores.majority_tag.all.f1()}, {"training lexicon", scores.lexicon.all.f1()}}};
}

}  // namespace lemma::tasks
