#include "tasks/decision/baselines.h"

#include "lemma/ops.h"
#include "lemma/optim/adam.h"
#include "lemma/tape/grad_mode.h"
#include "tasks/decision/player.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kPlays = 20, kCloningSteps = 600, kCloningBatch = 256, kSweeps = 30;

double mean_of(worlds::World& world, const worlds::Player& player, uint64_t seed) {
  Generator generator{seed, 0};
  std::vector<worlds::Episode> episodes;
  for (int64_t i = 0; i < kPlays; ++i) episodes.push_back(worlds::play(world, player, generator));
  return worlds::mean_return(episodes);
}

double cloning(const EpisodeCorpus& train, const worlds::World& world, uint64_t seed) {
  manual_seed(seed);
  DecisionOptions options;
  options.model = "mlp";
  CloningNetwork network(options, world);
  const auto [mean, scale] = seen_statistics(train);
  network.seen_mean.copy_(mean);
  network.seen_scale.copy_(scale);
  const EpisodeWindows steps(train, 1, 1);
  optim::Adam adam(network.parameters(), 2e-3);
  Generator generator{seed, 0};
  for (int64_t i = 0; i < kCloningSteps; ++i) {
    std::vector<int64_t> rows;
    for (int64_t b = 0; b < kCloningBatch; ++b) rows.push_back(generator.below(steps.size()));
    Tensor counts;
    const StepWindows batch = steps.batch(rows, counts);
    adam.zero_grad();
    cross_entropy(network(batch).squeeze(1), batch.actions.squeeze(1)).backward();
    adam.step();
  }
  const NoGrad no_grad;
  return worlds::mean_return(play_network(network, train.world, std::vector<double>(kPlays, 0.0), seed));
}

}  // namespace

std::vector<train::Baseline> decision_baselines(const EpisodeCorpus& train, uint64_t seed) {
  const auto world = worlds::make_world(train.world);
  Generator chance{seed, 1u << 20};
  const auto actions = static_cast<int64_t>(world->actions().size());
  const double random = mean_of(
      *world, [&](const worlds::World&) { return chance.below(actions); }, seed);
  TileValues values(*world);
  values.learn(train.episodes, kSweeps);
  const double table = mean_of(
      *world, [&](const worlds::World& now) { return values.best(now.state()); }, seed);
  return {{"the data", worlds::mean_return(train.episodes)},
          {"any action", random},
          {"cloning", cloning(train, *world, seed)},
          {"Q-learning", table}};
}

}  // namespace lemma::tasks
