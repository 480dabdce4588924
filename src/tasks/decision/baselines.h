#pragma once
/// What is to be beaten: the data's own players, any action, their imitation, and a table of values.

#include "lemma/tasks/decision/corpus.h"

namespace lemma::tasks {

/// Mean returns of 20 episodes each; everything is learnt from the same episodes.
std::vector<train::Baseline> decision_baselines(const EpisodeCorpus& train, uint64_t seed);

/// Q(s, a) learnt from episodes, without a step of its own in the world: linear in tiles, 8 grids over the state, each
/// moved by a part of a tile (Sutton & Barto, chapter 9.5); one table where a state is a place on a board.
class TileValues {
 public:
  explicit TileValues(const worlds::World& world);
  /// Q += rate (r + gamma max Q' - Q) for every step, from the last backwards, so many times.
  void learn(const std::vector<worlds::Episode>& episodes, int64_t sweeps);
  int64_t best(const worlds::State& state) const;

 private:
  std::vector<int64_t> tiles(const worlds::State& state) const;
  double value(const std::vector<int64_t>& tiles, int64_t action) const;
  double best_value(const std::vector<int64_t>& tiles) const;

  std::vector<worlds::Axis> axes_;
  int64_t actions_, tilings_, tiles_each_;
  std::vector<double> weights_;  // (tilings, tiles, actions)
};

}  // namespace lemma::tasks
