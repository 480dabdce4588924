#include "tasks/decision/player.h"

#include <algorithm>

#include "lemma/ops.h"

namespace lemma::tasks {
namespace {

struct Game {
  std::unique_ptr<worlds::World> world;
  Generator chance;
  worlds::Episode episode;
  std::vector<double> to_go;  // wanted at each step: what was asked for, minus what came
  bool over = false;
};

// The last n steps of the games that go on; all of them are at the same step.
StepWindows windows_of(const std::vector<Game*>& games, int64_t n) {
  const auto B = static_cast<int64_t>(games.size());
  std::vector<float> to_go, seen;
  std::vector<int64_t> actions, times;
  for (const Game* game : games) {
    const auto length = static_cast<int64_t>(game->to_go.size());
    for (int64_t t = length - n; t < length; ++t) {
      const auto at = static_cast<size_t>(t);
      to_go.push_back(static_cast<float>(game->to_go[at] / return_scale(*game->world)));
      for (const double value : game->world->observe(game->episode.states[at]))
        seen.push_back(static_cast<float>(value));
      actions.push_back(at < game->episode.actions.size() ? game->episode.actions[at] : 0);
      times.push_back(t);
    }
  }
  const auto S = static_cast<int64_t>(seen.size()) / (B * n);
  return {from_data(to_go.data(), {B, n, 1}), from_data(seen.data(), {B, n, S}), from_data(actions.data(), {B, n}),
          from_data(times.data(), {B, n})};
}

int64_t drawn(const double* chances, size_t count, Generator& chance) {
  const double u = chance.uniform();
  double sum = 0;
  for (size_t i = 0; i + 1 < count; ++i)
    if (u < (sum += chances[i])) return static_cast<int64_t>(i);
  return static_cast<int64_t>(count) - 1;
}

}  // namespace

std::vector<worlds::Episode> play_network(
    const DecisionNetwork& network, const std::string& world, const std::vector<double>& wanted, uint64_t seed,
    int64_t first, const std::function<void(const worlds::World& world, double to_go)>& on_step) {
  std::vector<Game> games(wanted.size());
  for (size_t i = 0; i < games.size(); ++i) {
    games[i].world = worlds::make_world(world);
    games[i].chance = chance_of(seed, first + static_cast<int64_t>(i));
    games[i].world->reset(games[i].chance);
    games[i].to_go.push_back(wanted[i]);
  }
  for (;;) {
    std::vector<Game*> going;
    for (Game& game : games)
      if (!game.over) going.push_back(&game);
    if (on_step) on_step(*games[0].world, games[0].to_go.back());
    if (going.empty()) break;
    for (Game* game : going) game->episode.states.push_back(game->world->state());
    const int64_t n = std::min(network.context(), static_cast<int64_t>(going[0]->to_go.size()));
    const Tensor logits = network(windows_of(going, n).to(network.device())).select(1, n - 1);  // (games, A)
    const std::vector<double> chances = softmax(logits, 1).to(Device::cpu()).to_vector<double>();
    const auto actions = static_cast<size_t>(logits.size(1));
    for (size_t i = 0; i < going.size(); ++i) {
      Game& game = *going[i];
      const int64_t chosen = drawn(&chances[i * actions], actions, game.chance);
      const worlds::Step step = game.world->step(chosen);
      game.episode.actions.push_back(chosen);
      game.episode.rewards.push_back(step.reward);
      game.episode.terminated = step.terminated;
      game.over = step.over();
      game.to_go.push_back(game.to_go.back() - step.reward);
    }
  }
  std::vector<worlds::Episode> episodes;
  for (Game& game : games) episodes.push_back(std::move(game.episode));
  return episodes;
}

}  // namespace lemma::tasks
