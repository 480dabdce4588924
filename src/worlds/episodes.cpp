#include "lemma/worlds/episodes.h"

#include <cmath>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"

namespace lemma::worlds {

double Episode::total() const {
  double sum = 0;
  for (const double reward : rewards) sum += reward;
  return sum;
}

std::vector<double> Episode::returns_to_go() const {
  std::vector<double> to_go(rewards.size());
  double sum = 0;
  for (size_t t = rewards.size(); t-- > 0;) to_go[t] = sum += rewards[t];
  return to_go;
}

Episode play(World& world, const Player& player, Generator& generator) {
  Episode episode;
  world.reset(generator);
  for (Step step; !step.over();) {
    episode.states.push_back(world.state());
    episode.actions.push_back(player(world));
    step = world.step(episode.actions.back());
    episode.rewards.push_back(step.reward);
    episode.terminated = step.terminated;
  }
  return episode;
}

const std::vector<std::string>& policy_names() {
  static const std::vector<std::string> names = {"random", "scripted", "mixed"};
  return names;
}

std::vector<Episode> make_episodes(World& world, const std::string& policy, int64_t count, uint64_t seed) {
  if (policy != "random" && policy != "scripted" && policy != "mixed")
    throw ValueError("policy",
                     fmt::format("{} is not known; expected {}", words::quote(policy), words::any_of(policy_names())));
  Generator generator{seed, 0};
  const auto actions = static_cast<int64_t>(world.actions().size());
  std::vector<Episode> episodes;
  for (int64_t i = 0; i < count; ++i) {
    // Of mixed players few are careful: sqrt(u) is above a half three times out of four.
    const double careless = policy == "random" ? 1 : policy == "scripted" ? 0 : std::sqrt(generator.uniform());
    episodes.push_back(play(
        world,
        [&](const World& now) { return generator.uniform() < careless ? generator.below(actions) : now.scripted(); },
        generator));
  }
  return episodes;
}

double mean_return(const std::vector<Episode>& episodes) {
  double sum = 0;
  for (const Episode& episode : episodes) sum += episode.total();
  return episodes.empty() ? 0 : sum / static_cast<double>(episodes.size());
}

}  // namespace lemma::worlds
