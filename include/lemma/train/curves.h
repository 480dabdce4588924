#pragma once
/// The curves of a run, from what its model directory holds.

#include <string>

#include "lemma/train/model_dir.h"
#include "lemma/viz/training_page.h"

namespace lemma::train {

/// What history says about each epoch. Older models do not know their learning rates and gradient norms.
viz::RunCurves curves_of(const std::string& name, const History& history);

/// One run: training.html of a model directory. `going`: it is to be followed by further saves.
viz::TrainingPage run_page(const Task& task, const Options& options, const History& history, bool going);

/// Two runs of one task, laid over each other, with the options in which they differ. Throws ValueError for runs of two
/// tasks.
viz::TrainingPage comparison(const std::string& first_name, const SavedModel& first, const std::string& second_name,
                             const SavedModel& second);

}  // namespace lemma::train
