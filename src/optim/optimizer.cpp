#include "lemma/optim/optimizer.h"

#include <fmt/format.h>

#include <set>

#include "lemma/tape/grad_mode.h"
#include "optim/checks.h"

namespace lemma::optim {

std::vector<ParamGroup> one_group(std::vector<Tensor> params) {
  std::vector<ParamGroup> groups(1);
  groups[0].params = std::move(params);
  return groups;
}

Optimizer::Optimizer(const char* name, std::vector<ParamGroup> groups, double lr, double weight_decay,
                     std::pair<const char*, const char*> names)
    : name_(name), state_names_(names) {
  std::set<const TensorImpl*> seen;
  for (ParamGroup& given : groups) {
    Group group{std::move(given.params), given.lr.value_or(lr), given.weight_decay.value_or(weight_decay), 0};
    check_not_negative(name, "lr", group.lr);
    check_not_negative(name, "weight_decay", group.weight_decay);
    group.initial_lr = group.lr;
    for (const Tensor& p : group.params) {
      const auto refuse = [&](const char* why) {
        const std::string what =
            p.defined() ? fmt::format("{} {}", lemma::name(p.dtype()), p.shape().str()) : "undefined";
        throw ValueError(name, fmt::format("parameter {} ({}) {}", seen.size(), what, why));
      };
      if (!p.defined()) refuse("is not a tensor");
      if (!is_floating(p.dtype())) refuse("cannot be trained; parameters are float32 or float64");
      if (is_half(p.dtype()))
        throw DTypeError(
            name,
            fmt::format("parameter {} is {} {}: small steps would be lost in its few digits; keep weights in "
                        "float32 and compute under Autocast",
                        seen.size(), lemma::name(p.dtype()), p.shape().str()),
            {p.dtype()});
      if (!p.is_leaf())
        refuse("is the result of an operation; give the optimiser the leaves that it was computed from");
      if (!p.is_contiguous()) refuse("is a strided view; make it contiguous first");
      if (!p.requires_grad())
        refuse("does not require a gradient; call requires_grad_() on it first, or leave frozen parameters out");
      if (!seen.insert(p.impl()).second) refuse("appears twice");
    }
    states_.emplace_back(group.params.size());
    groups_.push_back(std::move(group));
  }
  if (seen.empty())
    throw ValueError(name, "no parameters given; pass model.parameters(), of a model whose layers are all registered");
}

void Optimizer::step() {
  NoGrad guard;
  for (const Group& group : groups_) check_not_negative(name_, "lr", group.lr);
  std::vector<std::vector<State>> after = states_;
  std::vector<std::function<void()>> updates;
  for (size_t g = 0; g < groups_.size(); ++g) updates.push_back(prepare(groups_[g], after[g]));
  for (const auto& update : updates) update();
  states_.swap(after);
}

double Optimizer::lr() const {
  for (const Group& group : groups_)
    if (group.lr != groups_[0].lr)
      throw ValueError(
          name_, fmt::format("the groups have learning rates {} and {}; read groups()[i].lr", groups_[0].lr, group.lr));
  return groups_[0].lr;
}

void Optimizer::set_lr(double lr) {
  check_not_negative(name_, "lr", lr);
  for (Group& group : groups_) group.lr = lr;
}

void Optimizer::zero_grad() {
  for (Group& group : groups_)
    for (Tensor& p : group.params) p.zero_grad();
}

}  // namespace lemma::optim
