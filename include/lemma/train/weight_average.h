#pragma once
/// WeightAverage: the running mean of a module's weights.

#include <cstdint>
#include <functional>

#include "lemma/nn/module.h"

namespace lemma::train {

/// The running mean of the weights, which generalises better than the final weights: m += (1 - d) (w - m), with d
/// rising to its value over the first steps. Polyak & Juditsky, 1992.
class WeightAverage {
 public:
  WeightAverage(const nn::Module& model, double decay);
  /// Finds the memory that the update after that step needs; what is returned only writes, and throws nothing.
  std::function<void()> prepare(int64_t step);
  void update(int64_t step) { prepare(step)(); }
  /// Exchanges the model's weights and the mean; call it again to put them back. Only the handles change, so it cannot
  /// fail, and a state_dict() made before keeps the values that it had.
  void swap() noexcept;
  StateDict state() const;            ///< the mean
  void load(const StateDict& state);  ///< continues from a saved mean; throws ValueError where it does not fit
  bool active() const { return decay_ > 0; }

 private:
  StateDict weights_, mean_;  // the model's own tensors, each once, and their means
  double decay_;
};

/// While it lives, the model holds the averaged weights.
class WithAverage {
 public:
  explicit WithAverage(WeightAverage& average) : average_(average) { average_.swap(); }
  ~WithAverage() { average_.swap(); }
  WithAverage(const WithAverage&) = delete;
  WithAverage& operator=(const WithAverage&) = delete;

 private:
  WeightAverage& average_;
};

}  // namespace lemma::train
