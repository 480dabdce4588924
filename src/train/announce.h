#pragma once
/// What a run says before it begins, and of its baselines.

#include <string>

#include "train/session.h"

namespace lemma::train {

/// A line a fact: data, what the task tells of them and of the model, training, baselines.
std::string plan_text(const Session& session);

/// The loss of an untrained model beside ln(classes), what guessing evenly costs, and what the two together say.
std::string initial_loss_text(double loss, int64_t classes);

/// "naive Bayes 0.798, majority 0.509": the best first.
std::string baselines_text(std::vector<Baseline> baselines, const Score& score);
/// "to beat 0.808": the best of the baselines.
std::string to_beat_text(const std::vector<Baseline>& baselines, const Score& score);

}  // namespace lemma::train
