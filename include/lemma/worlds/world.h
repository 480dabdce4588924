#pragma once
/// Worlds to act in: a state, a few actions, a reward for each step. Written from their published equations.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lemma/random.h"

namespace lemma::worlds {

using State = std::vector<double>;

/// What one action led to.
struct Step {
  double reward = 0;
  bool terminated = false;  ///< the world ended the episode: a fall, a goal
  bool truncated = false;   ///< the episode has reached its most steps
  bool over() const { return terminated || truncated; }
};

/// One number of a state, for tables: values from low to high are cut into so many parts.
struct Axis {
  std::string name;
  double low = 0, high = 1;
  int64_t parts = 8;
};

class World {
 public:
  virtual ~World() = default;
  virtual std::string name() const = 0;                  ///< as --world takes it
  virtual std::string about() const = 0;                 ///< what is to be done there, in a sentence
  virtual std::vector<std::string> actions() const = 0;  ///< action i is called actions()[i]
  virtual std::vector<Axis> axes() const = 0;            ///< one for each number of the state
  virtual bool whole() const { return false; }           ///< whether a state is whole numbers, a place on a board
  virtual int64_t most_steps() const = 0;                ///< then the episode is cut off
  virtual double best_return() const = 0;                ///< what a good player reaches, about
  virtual double worst_return() const = 0;               ///< what no player falls below
  virtual State observe(const State& state) const { return state; }  ///< what a player sees of a state
  virtual int64_t scripted() const = 0;                              ///< what a simple rule does in the present state
  /// The present state as lines of ASCII, at most `columns` wide (20 or more).
  virtual std::string picture(int columns = 40) const = 0;

  /// Begins an episode in a state drawn from the generator.
  const State& reset(Generator& generator);
  /// Begins one in a given state. Throws ValueError for a state of another size, or with numbers that are not finite.
  const State& reset_to(const State& state);
  /// Throws ValueError for an action that does not exist, and once the episode is over.
  Step step(int64_t action);
  const State& state() const { return state_; }
  int64_t steps() const { return steps_; }  ///< taken in this episode

 protected:
  virtual State begin(Generator& generator) const = 0;
  /// Changes `state`; the reward, and whether the episode ends by itself.
  virtual Step advance(State& state, int64_t action) const = 0;

 private:
  State state_;
  int64_t steps_ = 0;
  bool over_ = true;
};

/// "grid", "cartpole", "mountaincar", "acrobot".
const std::vector<std::string>& world_names();
/// Throws ValueError naming those that exist.
std::unique_ptr<World> make_world(const std::string& name);

}  // namespace lemma::worlds
