#pragma once
/// What a run says before it begins, and about its baselines.

#include <string>

#include "train/session.h"

namespace lemma::train {

/// One line per fact: the data, what the task says about them and the model, training, baselines.
std::string plan_text(const Session& session);

/// The loss of an untrained model next to ln(classes), the cost of a uniform guess, and what the comparison says.
std::string initial_loss_text(double loss, int64_t classes);

/// "naive Bayes 0.798, majority 0.509": the best first.
std::string baselines_text(std::vector<Baseline> baselines, const Score& score);
/// "to beat 0.808": the best of the baselines.
std::string to_beat_text(const std::vector<Baseline>& baselines, const Score& score);

}  // namespace lemma::train
