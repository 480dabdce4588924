// Optimizer state as named tensors, there and back.
#include <fmt/format.h>

#include <map>

#include "lemma/ops.h"
#include "lemma/optim/optimizer.h"
#include "lemma/tape/grad_mode.h"

namespace lemma::optim {

namespace {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

Tensor number(double value) { return tensor(value, {.dtype = float64}); }

/// Looks entries up and remembers which were asked for.
class Reader {
 public:
  Reader(std::string where, const NamedTensors& state) : where_(std::move(where)) {
    for (const auto& [key, value] : state) entries_[key] = value;
  }
  bool has(const std::string& key) const { return entries_.count(key) > 0; }
  Tensor get(const std::string& key, const Shape& shape) {
    const auto it = entries_.find(key);
    if (it == entries_.end() || !it->second.defined()) throw ValueError(where_, "missing '" + key + "'");
    if (!(it->second.shape() == shape))
      throw ValueError(where_,
                       fmt::format("'{}' has shape {}, expected {}", key, it->second.shape().str(), shape.str()));
    used_[key] = true;
    return it->second;
  }
  void finish() const {
    for (const auto& [key, value] : entries_)
      if (!used_.count(key)) throw ValueError(where_, "unexpected '" + key + "'");
  }

 private:
  std::string where_;
  std::map<std::string, Tensor> entries_;
  std::map<std::string, bool> used_;
};

}  // namespace

// Parameters are counted over all groups, so that a state fits however they are grouped.
NamedTensors Optimizer::state_dict() const {
  NoGrad guard;
  NamedTensors state;
  size_t index = 0;
  for (size_t g = 0; g < groups_.size(); ++g) {
    state.emplace_back(fmt::format("groups.{}.lr", g), number(groups_[g].lr));
    state.emplace_back(fmt::format("groups.{}.weight_decay", g), number(groups_[g].weight_decay));
    state.emplace_back(fmt::format("groups.{}.initial_lr", g), number(groups_[g].initial_lr));
    for (const State& s : states_[g]) {
      const std::string prefix = fmt::format("state.{}.", index++);
      state.emplace_back(prefix + "step", tensor(s.steps));
      if (s.first.defined()) state.emplace_back(prefix + state_names_.first, s.first.clone());
      if (s.second.defined()) state.emplace_back(prefix + state_names_.second, s.second.clone());
    }
  }
  return state;
}

void Optimizer::load_state_dict(const NamedTensors& state) {
  NoGrad guard;
  Reader reader(fmt::format("{}.load_state_dict", name_), state);
  std::vector<Group> groups = groups_;
  std::vector<std::vector<State>> states;
  size_t index = 0;
  for (size_t g = 0; g < groups.size(); ++g) {
    groups[g].lr = reader.get(fmt::format("groups.{}.lr", g), {}).item();
    groups[g].weight_decay = reader.get(fmt::format("groups.{}.weight_decay", g), {}).item();
    groups[g].initial_lr = reader.get(fmt::format("groups.{}.initial_lr", g), {}).item();
    states.emplace_back();
    for (const Tensor& p : groups[g].params) {
      const std::string prefix = fmt::format("state.{}.", index++);
      State s;
      const Tensor steps = reader.get(prefix + "step", {});
      if (steps.dtype() != int64 || steps.item() < 0)
        throw ValueError(fmt::format("{}.load_state_dict", name_),
                         fmt::format("'{}step' is not a count of steps", prefix));
      s.steps = static_cast<int64_t>(steps.item());
      const auto moment = [&](const char* key) {
        const Tensor saved = reader.get(prefix + key, p.shape());
        if (std::string_view(key) == "exp_avg_sq" && any(lt(saved, 0)))
          throw ValueError(fmt::format("{}.load_state_dict", name_),
                           fmt::format("'{}{}' holds a negative mean of squares; the file is damaged", prefix, key));
        return saved.to(p.dtype()).to(p.device()).clone();
      };
      if (*state_names_.first && s.steps > 0) s.first = moment(state_names_.first);
      if (*state_names_.second && s.steps > 0) s.second = moment(state_names_.second);
      states.back().push_back(s);
    }
  }
  reader.finish();
  groups_ = std::move(groups);
  states_ = std::move(states);
}

}  // namespace lemma::optim
