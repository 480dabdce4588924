#include "lemma/optim/adam.h"

#include <map>

#include "optim/checks.h"
#include "optim/slots.h"

namespace lemma::optim {

Adam::Adam(const char* name, std::vector<ParamGroup> groups, const AdamOptions& options, bool decoupled)
    : Optimizer(name, std::move(groups), options.lr, options.weight_decay, {"exp_avg", "exp_avg_sq"}),
      options_(options),
      decoupled_(decoupled) {
  require(name, options.betas.first >= 0 && options.betas.first < 1, "betas[0]", options.betas.first, "in [0, 1)");
  require(name, options.betas.second >= 0 && options.betas.second < 1, "betas[1]", options.betas.second, "in [0, 1)");
  check_not_negative(name, "eps", options.eps);
}

// Parameters count their own steps, since some may have been skipped; those that agree share one call.
std::function<void()> Adam::prepare(const Group& group, std::vector<State>& states) {
  std::map<int64_t, std::vector<UpdateSlot>> by_step;
  for (size_t i = 0; i < group.params.size(); ++i) {
    const Tensor& p = group.params[i];
    if (!p.grad().defined()) continue;
    State& state = states[i];
    by_step[++state.steps].push_back(
        {p.array(), gradient_for("Adam", p), {memory_for(state.first, p), memory_for(state.second, p)}});
  }
  AdamStep step{group.lr, options_.betas.first, options_.betas.second, options_.eps, group.weight_decay, 0, decoupled_};
  return [by_step = std::move(by_step), step]() mutable {
    for (const auto& [count, slots] : by_step) {
      step.step = count;
      write<AdamStep>(slots, step);
    }
  };
}

}  // namespace lemma::optim
