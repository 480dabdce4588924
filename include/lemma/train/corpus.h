#pragma once
/// Corpus: labelled texts of either task in one form, and what a model trained on them must beat.

#include <string>
#include <utility>
#include <vector>

#include "lemma/train/config.h"

namespace lemma::train {

/// One text: its tokens, and one label (a class) or one per token (tags); labels are indices into Corpus::labels.
struct Sample {
  std::vector<std::string> tokens;
  std::vector<int64_t> labels;
  std::string text;  ///< as in the file; empty for entities, whose files contain tokens
  int64_t line = 0;  ///< where it begins in the file
};

struct Corpus {
  Task task = Task::sentiment;
  std::string path;
  std::string format;  ///< a description of the file's format
  std::vector<Sample> samples;
  std::vector<std::string> labels;   ///< classes, or "O" and the BIO tags of every type
  std::vector<std::string> classes;  ///< classes or entity types ...
  std::vector<int64_t> counts;       ///< ... and how often each occurs
  std::vector<std::string> notes;    ///< what was repaired or replaced, one phrase each
  int64_t size() const { return static_cast<int64_t>(samples.size()); }
  int64_t tokens() const;
};

/// The score of a method that learns almost nothing.
struct Baseline {
  std::string name;
  double score = 0;
};

struct Corpora {
  Corpus train, dev;
  std::vector<Baseline> baselines;  ///< on dev, learnt from train
};

/// Reads both files and scores the baselines. With an empty `dev_path` the last tenth of the training file is held out
/// (cut between documents, if it has several). Throws IoError naming file and line.
Corpora read_corpora(Task task, const std::string& train_path, const std::string& dev_path,
                     bool replace_invalid = false);

/// Reads a file whose labels must be among a model's.
Corpus read_corpus(Task task, const std::string& path, const std::vector<std::string>& labels,
                   bool replace_invalid = false);

}  // namespace lemma::train
