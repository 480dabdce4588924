#include "lemma/optim/sgd.h"

#include <cmath>

#include "optim/checks.h"
#include "optim/slots.h"

namespace lemma::optim {

SGD::SGD(std::vector<ParamGroup> groups, const SGDOptions& options)
    : Optimizer("SGD", std::move(groups), options.lr, options.weight_decay,
                {options.momentum != 0 ? "momentum_buffer" : "", ""}),
      options_(options) {
  check_not_negative("SGD", "momentum", options.momentum);
  require("SGD", std::abs(options.dampening) < 1e300, "dampening", options.dampening, "a finite number");
  if (options.nesterov && (options.momentum <= 0 || options.dampening != 0))
    throw ValueError(
        "SGD", fmt::format("nesterov with momentum {} and dampening {}; it needs momentum above 0 and no dampening",
                           options.momentum, options.dampening));
}

// The step that fills the momentum differs from the later ones, so the two kinds go in separate calls.
std::function<void()> SGD::prepare(const Group& group, std::vector<State>& states) {
  std::vector<UpdateSlot> first, later;
  for (size_t i = 0; i < group.params.size(); ++i) {
    const Tensor& p = group.params[i];
    if (!p.grad().defined()) continue;
    UpdateSlot slot{p.array(), gradient_for("SGD", p), {}};
    if (options_.momentum != 0) slot.state[0] = memory_for(states[i].first, p);
    (states[i].steps++ == 0 ? first : later).push_back(std::move(slot));
  }
  SgdStep step{group.lr, options_.momentum, options_.dampening, group.weight_decay, options_.nesterov, true};
  return [first = std::move(first), later = std::move(later), step]() mutable {
    step.first = true;
    write<SgdStep>(first, step);
    step.first = false;
    write<SgdStep>(later, step);
  };
}

}  // namespace lemma::optim
