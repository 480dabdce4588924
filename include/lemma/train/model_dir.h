#pragma once
/// A model directory: config.json, model.safetensors, and the files that its task keeps there (vocab.txt, labels.txt,
/// ...); also training.safetensors if the run can be continued, and training.html, its curves. Replaced as a whole: a
/// crash leaves the old one or the new one.

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lemma/io/safetensors.h"
#include "lemma/train/options.h"
#include "lemma/train/task.h"

namespace lemma::train {

/// One epoch's outcome.
struct EpochRecord {
  double train_loss = 0, dev_loss = 0, score = 0, seconds = 0;
  double lr = NAN, gradient_norm = NAN;  ///< at its end; the mean before clipping. NaN: older models do not say
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
  std::string train_near = {},
              dev_near = {};  ///< the ways from the model directory to the files; empty: no file, or not known
  std::optional<ReadOptions> reading = std::nullopt;  ///< how the files were read; older models do not say
};

struct SavedModel {
  const Task* task = nullptr;
  std::unique_ptr<Options> options;
  History history;
  std::unique_ptr<Learner> learner;
};

/// The files of a model directory: what a save may replace.
std::vector<std::string> model_files(const Task& task);

/// What a directory holds, seen without opening its model.
struct Held {
  std::string task;
  bool complete = true;
};
/// Nothing: no model. Throws IoError if it holds files that only look like a model: somebody else's config.json, say.
std::optional<Held> held_model(const std::string& directory, const Task& task);

/// `weights` go into model.safetensors, `training` (may be empty) into training.safetensors with its facts.
struct Save {
  const Task& task;
  const Options& options;
  const History& history;
  const Learner& learner;
  StateDict weights;
  io::NamedTensors training = {};
  io::Metadata facts = {};
  bool going = false;  ///< more saves are to come: training.html looks for them
};
/// Throws IoError where it cannot be written, or holds files but no model of ours.
void save_model(const std::string& directory, const Save& save);

/// Throws IoError naming the file, and what was expected there. With `task`, a model of another one is refused.
SavedModel load_model(const std::string& directory, const Tasks& tasks, const Task* task = nullptr);
/// Its options and history alone: the learner is null.
SavedModel load_history(const std::string& directory, const Tasks& tasks);
/// training.safetensors of a directory. Throws IoError if there is none.
io::SafeTensors load_training(const std::string& directory);

/// Throws IoError naming `path` and the first tensor that contains a NaN or an Inf.
void check_finite(const std::string& path, const io::NamedTensors& tensors);

}  // namespace lemma::train
