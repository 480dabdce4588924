#pragma once
/// TextCorpus: labelled texts in one form, whether a label belongs to a text or to a token.

#include <string>
#include <vector>

#include "lemma/train/task.h"

namespace lemma::tasks {

/// One text: its tokens, and one label (a class) or one per token (tags); labels are indices into TextCorpus::labels.
struct Sample {
  std::vector<std::string> tokens;
  std::vector<int64_t> labels;
  std::string text;  ///< as in the file; empty if the file contains tokens
  int64_t line = 0;  ///< where it begins in the file
};

struct TextCorpus : train::Corpus {
  int64_t size() const override { return static_cast<int64_t>(samples.size()); }
  std::string size_text() const override;
  int64_t tokens() const;             ///< of all samples together
  void note_replaced(int64_t bytes);  ///< invalid bytes that became U+FFFD

  std::string unit = "text";
  bool labels_per_token = false;
  std::vector<Sample> samples;
  std::vector<std::string> labels;   ///< classes, or "O" and the BIO tags of every type
  std::vector<std::string> classes;  ///< classes or entity types ...
  std::vector<int64_t> counts;       ///< ... and how often each occurs
};

struct TextCorpora {
  TextCorpus train, dev;
  std::vector<train::Baseline> baselines;  ///< on dev, learnt from train
};

/// Casts a corpus to a text task's. Throws ValueError for another task's.
const TextCorpus& text_corpus(const train::Corpus& corpus);
/// The same as train::Corpora. `held_out`: how the dev set was held out, its first note; empty where it was not.
train::Corpora corpora_of(TextCorpora corpora, const std::string& held_out);

}  // namespace lemma::tasks
