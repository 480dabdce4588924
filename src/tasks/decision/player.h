#pragma once
/// A network at play.

#include <functional>

#include "lemma/random.h"
#include "lemma/tasks/decision/model.h"
#include "lemma/worlds/episodes.h"

namespace lemma::tasks {

/// Episode i of those with this seed: its beginning and its chances, whoever plays beside it.
inline Generator chance_of(uint64_t seed, int64_t i) { return {seed, static_cast<uint64_t>(i) << 32}; }

/// One episode for each return that is asked for, numbered from `first` on. All are played side by side, each step one
/// call of the network; actions are drawn with the probabilities that it gives them, as its data's players drew theirs.
/// `on_step`, where given, is told of the first world's state before each step, and after the last.
std::vector<worlds::Episode> play_network(
    const DecisionNetwork& network, const std::string& world, const std::vector<double>& wanted, uint64_t seed,
    int64_t first = 0, const std::function<void(const worlds::World& world, double to_go)>& on_step = {});

}  // namespace lemma::tasks
