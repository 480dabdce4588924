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
  /// dev empty: a tenth of train; train empty: as in the run being resumed. A resumed run takes the files from
  /// anywhere, if their bytes are those that it began with.
  std::string train_path, dev_path;
  std::string out;                ///< the model directory
  Device device = Device::cpu();  ///< where the model is trained; the saved one loads on any device
  bool overwrite = false;         ///< replace a finished model, or one of another task, with the first save
  bool resume = false;            ///< continue the run that was saved there; only options that may_change can differ
  ReadOptions reading = {};       ///< how the files are read
  std::FILE* log = stdout;
  std::function<void()> begin = [] {};  ///< called when all is read and checked: now there is a run to save
  std::function<bool()> stop = [] { return false; };  ///< called after every step; true: save and stop
  std::string program = "lemma";                      ///< its name in the suggested next command
};

enum class Outcome { complete, interrupted };

/// An unfinished run does not replace a finished model: what it saves goes beside it, into "<out>.unfinished", until it
/// is finished. An unfinished model is replaced by the first score. Throws IoError and ValueError for bad input, also
/// where `out` holds a model of another task, or files that are no model of ours, before anything is written; GradError
/// for a NaN.
Outcome run(const Run& run);

/// The classic sanity check: can the model learn one batch by heart, without dropout? Prints a verdict; returns true
/// if so. Saves nothing.
bool overfit_one_batch(const Run& run);

}  // namespace lemma::train
