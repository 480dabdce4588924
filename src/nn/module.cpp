#include "lemma/nn/module.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "lemma/tape/grad_mode.h"

namespace lemma::nn {

// ---- Registration ----

void Module::check_name(const std::string& name) const {
  const auto taken = [&](const auto& entry) { return entry == name; };
  if (name.empty() || name.find('.') != std::string::npos)
    throw ValueError("Module",
                     fmt::format("'{}' cannot name a parameter or layer: names are not empty and hold no dot", name));
  const bool repeated = std::any_of(slots_.begin(), slots_.end(), [&](const Slot& s) { return taken(s.name); }) ||
                        std::any_of(children_.begin(), children_.end(), [&](const auto& c) { return taken(c.first); });
  if (repeated) throw ValueError("Module", fmt::format("the name '{}' is registered twice in one module", name));
}

void Module::register_parameter(const std::string& name, Tensor& slot) {
  check_name(name);
  slot.requires_grad_();
  slots_.push_back({name, &slot, true});
}

void Module::register_buffer(const std::string& name, Tensor& slot) {
  check_name(name);
  slots_.push_back({name, &slot, false});
}

void Module::register_module(const std::string& name, Module& child) {
  check_name(name);
  if (!training_) child.eval();
  children_.emplace_back(name, &child);
}

// ---- What is inside ----

void Module::visit(const std::string& prefix, const std::function<void(const std::string&, const Slot&)>& f) const {
  for (const Slot& slot : slots_) f(prefix + slot.name, slot);
  for (const auto& [name, child] : children_) child->visit(prefix + name + ".", f);
}

StateDict Module::named_parameters() const {
  StateDict found;
  visit("", [&](const std::string& name, const Slot& slot) {
    const auto same = [&](const auto& entry) { return entry.second.is_same(*slot.tensor); };
    if (slot.is_parameter && std::none_of(found.begin(), found.end(), same)) found.emplace_back(name, *slot.tensor);
  });
  return found;
}

std::vector<Tensor> Module::parameters() const {
  std::vector<Tensor> tensors;
  for (auto& [name, tensor] : named_parameters()) tensors.push_back(tensor);
  return tensors;
}

StateDict Module::named_buffers() const {
  StateDict found;
  visit("", [&](const std::string& name, const Slot& slot) {
    if (!slot.is_parameter) found.emplace_back(name, *slot.tensor);
  });
  return found;
}

Device Module::device() const {
  const Tensor* first = nullptr;
  visit("", [&](const std::string&, const Slot& slot) { first = first ? first : slot.tensor; });
  return first ? first->device() : Device::cpu();
}

int64_t Module::num_parameters() const {
  int64_t count = 0;
  for (const Tensor& p : parameters()) count += p.numel();
  return count;
}

// ---- Weights in and out ----

StateDict Module::state_dict() const {
  StateDict state;
  visit("", [&](const std::string& name, const Slot& slot) { state.emplace_back(name, slot.tensor->detach()); });
  return state;
}

namespace {

std::string quoted(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
  return text;
}

bool fits(const Tensor& source, const Tensor& target) {
  const bool dtype_fits =
      source.dtype() == target.dtype() || (is_floating(source.dtype()) && is_floating(target.dtype()));
  return source.shape() == target.shape() && dtype_fits;
}

std::string type_of(const Tensor& t) { return fmt::format("{} {}", name(t.dtype()), t.shape().str()); }

}  // namespace

LoadReport Module::load_state_dict(const StateDict& state, bool strict) {
  std::map<std::string, const Tensor*> given;
  std::vector<std::string> problems, repeated, mismatches, mismatched;
  for (const auto& [name, tensor] : state) {
    if (!tensor.defined()) throw ValueError("load_state_dict", fmt::format("'{}' is an undefined tensor", name));
    if (!given.emplace(name, &tensor).second) repeated.push_back(name);
  }

  LoadReport report;
  std::vector<std::pair<Tensor*, const Tensor*>> copies;
  std::map<std::string, bool> known;
  visit("", [&](const std::string& name, const Slot& slot) {
    known[name] = true;
    const auto it = given.find(name);
    if (it == given.end()) {
      report.missing.push_back(name);
    } else if (!fits(*it->second, *slot.tensor)) {
      mismatched.push_back(name);
      mismatches.push_back(fmt::format("'{}' is {}, expected {}", name, type_of(*it->second), type_of(*slot.tensor)));
    } else {
      copies.emplace_back(slot.tensor, it->second);
    }
  });
  for (const auto& [name, tensor] : state)
    if (!known.count(name)) report.unexpected.push_back(name);

  if (strict && !report.missing.empty()) problems.push_back("missing " + quoted(report.missing));
  if (strict && !report.unexpected.empty()) problems.push_back("unexpected " + quoted(report.unexpected));
  if (!repeated.empty()) problems.push_back("repeated " + quoted(repeated));
  problems.insert(problems.end(), mismatches.begin(), mismatches.end());
  if (!problems.empty()) throw StateDictError(fmt::format("{}", fmt::join(problems, "; ")), report, mismatched);

  NoGrad guard;
  for (auto& [target, source] : copies) target->copy_(*source);
  return report;
}

// ---- Modes ----

void Module::train(bool mode) {
  training_ = mode;
  for (auto& [name, child] : children_) child->train(mode);
}

void Module::requires_grad_(bool value) {
  visit("", [&](const std::string&, const Slot& slot) {
    if (slot.is_parameter) slot.tensor->requires_grad_(value);
  });
}

void Module::zero_grad() {
  visit("", [](const std::string&, const Slot& slot) {
    if (slot.is_parameter) slot.tensor->zero_grad();
  });
}

// The array behind each handle is exchanged, so optimisers, tied layers and the user's own handles follow.
void Module::replace(const std::function<Tensor(const Tensor&)>& convert) {
  NoGrad guard;
  visit("", [&](const std::string&, const Slot& slot) {
    const Tensor after = convert(*slot.tensor);
    if (after.is_same(*slot.tensor)) return;
    slot.tensor->impl()->array = after.array();
    slot.tensor->zero_grad();
  });
}

void Module::to(Device device) {
  replace([&](const Tensor& t) { return t.to(device); });
}

void Module::to(DType dtype) {
  if (!is_floating(dtype))
    throw DTypeError("Module::to", fmt::format("parameters cannot become {}; use float32 or float64", name(dtype)),
                     {dtype});
  replace([&](const Tensor& t) { return is_floating(t.dtype()) ? t.to(dtype) : t; });
}

}  // namespace lemma::nn
