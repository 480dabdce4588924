#pragma once
/// Episodes: what happened from a beginning to an end, and who acted.

#include <functional>
#include <string>
#include <vector>

#include "lemma/worlds/world.h"

namespace lemma::worlds {

struct Episode {
  std::vector<State> states;     ///< in which each action was chosen
  std::vector<int64_t> actions;  ///< T of them ...
  std::vector<double> rewards;   ///< ... and what each brought
  bool terminated = false;       ///< the world ended it; else it was cut off

  int64_t length() const { return static_cast<int64_t>(actions.size()); }
  double total() const;  ///< the return: the sum of the rewards
  /// What is still to come, from each step on: R_t = r_t + r_(t+1) + ... + r_T.
  std::vector<double> returns_to_go() const;
};

/// Chooses an action in the world's present state.
using Player = std::function<int64_t(const World& world)>;
/// One episode from a state drawn from the generator.
Episode play(World& world, const Player& player, Generator& generator);

/// "random": any action; "scripted": the world's rule; "mixed": each episode draws how often it acts at random.
const std::vector<std::string>& policy_names();
/// Throws ValueError for a policy that does not exist, naming those that do.
std::vector<Episode> make_episodes(World& world, const std::string& policy, int64_t count, uint64_t seed);

/// The mean of their returns; 0 for none.
double mean_return(const std::vector<Episode>& episodes);

/// One line of JSON an episode:
/// {"world":"cartpole","states":[[...],...],"actions":[...],"rewards":[...],"terminated":true}.
std::string to_json(const Episode& episode, const std::string& world);
struct EpisodeFile {
  std::string world;
  std::vector<Episode> episodes;
};
/// Reads such lines. Throws IoError naming file and line for what is no episode, or is of another world; empty: that of
/// the first line.
EpisodeFile read_episodes(const std::string& path, const std::string& world = "");

}  // namespace lemma::worlds
