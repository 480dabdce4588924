#include <algorithm>
#include <cmath>

#include "tasks/decision/baselines.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kTilings = 8;
constexpr double kRate = 0.2, kGamma = 0.99;

}  // namespace

TileValues::TileValues(const worlds::World& world)
    : axes_(world.axes()),
      actions_(static_cast<int64_t>(world.actions().size())),
      tilings_(world.whole() ? 1 : kTilings),
      tiles_each_(1) {
  for (const worlds::Axis& axis : axes_) tiles_each_ *= axis.parts + 1;
  // What was never tried is thought to be bad: there is no trying it.
  const double doubt = std::min(0.0, world.worst_return()) / static_cast<double>(tilings_);
  weights_.assign(static_cast<size_t>(tilings_ * tiles_each_ * actions_), doubt);
}

std::vector<int64_t> TileValues::tiles(const worlds::State& state) const {
  std::vector<int64_t> found;
  for (int64_t tiling = 0; tiling < tilings_; ++tiling) {
    int64_t tile = 0;
    for (size_t i = 0; i < axes_.size(); ++i) {
      const worlds::Axis& axis = axes_[i];
      // Odd multiples, another for each axis: the grids do not lie along one diagonal.
      const double moved =
          static_cast<double>((tiling * (2 * static_cast<int64_t>(i) + 1)) % tilings_) / static_cast<double>(tilings_);
      const double place = (state[i] - axis.low) / (axis.high - axis.low) * static_cast<double>(axis.parts) + moved;
      tile = tile * (axis.parts + 1) + std::clamp<int64_t>(static_cast<int64_t>(std::floor(place)), 0, axis.parts);
    }
    found.push_back(tiling * tiles_each_ + tile);
  }
  return found;
}

double TileValues::value(const std::vector<int64_t>& tiles, int64_t action) const {
  double sum = 0;
  for (const int64_t tile : tiles) sum += weights_[static_cast<size_t>(tile * actions_ + action)];
  return sum;
}

double TileValues::best_value(const std::vector<int64_t>& tiles) const {
  double best = value(tiles, 0);
  for (int64_t action = 1; action < actions_; ++action) best = std::max(best, value(tiles, action));
  return best;
}

int64_t TileValues::best(const worlds::State& state) const {
  const std::vector<int64_t> here = tiles(state);
  int64_t best = 0;
  for (int64_t action = 1; action < actions_; ++action)
    if (value(here, action) > value(here, best)) best = action;
  return best;
}

void TileValues::learn(const std::vector<worlds::Episode>& episodes, int64_t sweeps) {
  for (int64_t sweep = 0; sweep < sweeps; ++sweep)
    for (const worlds::Episode& episode : episodes) {
      std::vector<int64_t> next;
      for (size_t t = episode.actions.size(); t-- > 0;) {
        const bool last = t + 1 == episode.actions.size();
        const std::vector<int64_t> here = tiles(episode.states[t]);
        if (!last || episode.terminated) {  // where an episode was cut off, nobody knows what would have come
          const double target = episode.rewards[t] + (last ? 0 : kGamma * best_value(next));
          const double change = kRate / static_cast<double>(tilings_) * (target - value(here, episode.actions[t]));
          for (const int64_t tile : here) weights_[static_cast<size_t>(tile * actions_ + episode.actions[t])] += change;
        }
        next = here;
      }
    }
}

}  // namespace lemma::tasks
