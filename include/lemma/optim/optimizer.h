#pragma once
/// What SGD, Adam and AdamW share: parameter groups, zero_grad, and a state that can be saved and restored exactly.

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lemma/tensor.h"

namespace lemma::optim {

/// Parameters with the same settings. Settings left out take the optimiser's own values:
///   optim::AdamW adamw({{.params = matrices}, {.params = biases, .weight_decay = 0.0}}, {.lr = 1e-3});
struct ParamGroup {
  std::vector<Tensor> params;
  std::optional<double> lr = std::nullopt;
  std::optional<double> weight_decay = std::nullopt;
};

/// A group in use.
struct Group {
  std::vector<Tensor> params;
  double lr;  ///< what the next step uses; schedules write it
  double weight_decay;
  double initial_lr;  ///< what schedules multiply
};

/// A learning rate given on its own. `{}` is not one, so SGD(params, {}) has the default.
template <class T>
concept Number = std::is_arithmetic_v<T>;

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Updates every parameter that has a gradient. Those without are skipped: their state does not advance. A step that
  /// finds no memory has changed nothing, and may be taken again.
  void step();
  void zero_grad();  ///< of every parameter; call it before each backward()
  /// The learning rate that all groups share; throws ValueError where they differ.
  double lr() const;
  /// Sets it in every group. A schedule writes its own over it at its next step. Throws ValueError for a negative one.
  void set_lr(double lr);
  std::vector<Group>& groups() { return groups_; }
  const std::vector<Group>& groups() const { return groups_; }

  /// What the steps so far have left, as named tensors: "groups.0.lr", "state.3.exp_avg", ... They are copies. The
  /// constructor's other options (momentum, betas, eps) are not included.
  std::vector<std::pair<std::string, Tensor>> state_dict() const;
  /// Continues from a saved state: the steps that follow are bit for bit those of the run that saved it. Checked before
  /// the first write; throws ValueError for a missing, unexpected or ill-shaped entry.
  void load_state_dict(const std::vector<std::pair<std::string, Tensor>>& state);

 protected:
  /// One parameter's memory of earlier steps, in the order of the group's params.
  struct State {
    Tensor first, second;  // of the parameter's shape; undefined until its first step
    int64_t steps = 0;
  };
  /// `names` are what the state dict calls State::first and State::second; "" for one that is not used.
  /// Throws ValueError for no parameters or repeated ones, for one that is not a trainable floating leaf, for a
  /// negative lr or decay; DTypeError for a float16 or bfloat16 one.
  Optimizer(const char* name, std::vector<ParamGroup> groups, double lr, double weight_decay,
            std::pair<const char*, const char*> names);
  /// Makes the update of a group's parameters that have a gradient; `states[i]`, which belongs to group.params[i],
  /// becomes what it will be afterwards. Nothing is written before the updates of all groups are made; called, they
  /// ask for no memory.
  virtual std::function<void()> prepare(const Group& group, std::vector<State>& states) = 0;

 private:
  const char* name_;
  std::pair<const char*, const char*> state_names_;
  std::vector<Group> groups_;
  std::vector<std::vector<State>> states_;
};

/// All parameters as one group.
std::vector<ParamGroup> one_group(std::vector<Tensor> params);

}  // namespace lemma::optim
