#pragma once
/// A model directory: model.safetensors, config.json, vocab.txt, labels.txt and features.txt; also
/// training.safetensors if the run can be continued. Replaced as a whole: a crash leaves the old one or the new one.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lemma/io/safetensors.h"
#include "lemma/train/coder.h"
#include "lemma/train/config.h"
#include "lemma/train/models.h"

namespace lemma::train {

/// One epoch's outcome.
struct EpochRecord {
  double train_loss = 0, dev_loss = 0, score = 0, seconds = 0;
};

/// How a model came to be: what `lemma info` shows.
struct History {
  std::string train_path, dev_path;
  int64_t train_size = 0, dev_size = 0;
  std::vector<Baseline> baselines;
  std::vector<EpochRecord> epochs;
  int64_t best_epoch = 0;  ///< from 1; 0: none scored yet
  double best_score = 0;
  bool complete = false;       ///< false while the run goes on or after it was interrupted
  std::string device = "cpu";  ///< where its last steps were taken
};

struct SavedModel {
  ModelConfig config;
  TrainOptions options;
  History history;
  TextCoder coder;
  std::unique_ptr<TextModel> model;
};

/// The files of a model directory: what a save may replace.
std::vector<std::string> model_files();

/// `weights` go into model.safetensors, `training` (may be null) into training.safetensors with its facts.
struct Save {
  const ModelConfig& config;
  const TrainOptions& options;
  const History& history;
  const TextCoder& coder;
  StateDict weights;
  io::NamedTensors training = {};
  io::Metadata facts = {};
};
void save_model(const std::string& directory, const Save& save);

/// Throws IoError naming the file, and what was expected there. With `task`, a model of the other task is refused.
SavedModel load_model(const std::string& directory, std::optional<Task> task = std::nullopt);
/// training.safetensors of a directory. Throws IoError if there is none.
io::SafeTensors load_training(const std::string& directory);

/// Throws IoError naming `path` and the first tensor that contains a NaN or an Inf.
void check_finite(const std::string& path, const io::NamedTensors& tensors);

}  // namespace lemma::train
