#pragma once
/// A whole training run, reported as it goes: what it will do, progress, scores next to the baselines, the best model
/// kept, and what to do next.

#include <cstdio>
#include <functional>
#include <string>

#include "lemma/core/device.h"
#include "lemma/train/options.h"
#include "lemma/train/task.h"

namespace lemma::train {

struct Run {
  const Task* task = nullptr;
  /// Puts what the user asked for in place of the task's defaults.
  std::function<void(Options&)> choose = [](Options&) {};
  std::string train_path, dev_path;  ///< dev empty: a tenth of train; train empty: as in the run being resumed
  std::string out;                   ///< the model directory
  Device device = Device::cpu();     ///< where the model is trained; the saved one loads on any device
  bool resume = false;               ///< continue the run that was saved there; only options that may_change can differ
  ReadOptions reading = {};          ///< how the files are read
  std::FILE* log = stdout;
  std::function<bool()> stop = [] { return false; };  ///< called after every step; true: save and stop
  std::string program = "lemma";                      ///< its name in the suggested next command
};

enum class Outcome { complete, interrupted };

/// Throws IoError and ValueError for bad input before anything is written; GradError for a NaN.
Outcome run(const Run& run);

/// The classic sanity check: can the model learn one batch by heart, without dropout? Prints a verdict; returns true
/// if so. Saves nothing.
bool overfit_one_batch(const Run& run);

}  // namespace lemma::train
