#include "lemma/nn/module.h"

#include <fmt/format.h>

#include <set>

#include "lemma/tape/grad_mode.h"

namespace lemma::nn {

// ---- What is inside ----

void Module::walk(const std::string& prefix, const std::function<void(const std::string&, Module&)>& f) const {
  f(prefix, const_cast<Module&>(*this));
  for (const auto& [name, child] : children_) child->walk(prefix.empty() ? name : prefix + "." + name, f);
}

void Module::check_all() const {
  check_members();
  for (const auto& [name, child] : children_) child->check_all();
}

void Module::visit(const std::function<void(const std::string&, const Slot&)>& f) const {
  check_all();
  walk("", [&](const std::string& name, const Module& module) {
    for (const Slot& slot : module.slots_) f(name.empty() ? slot.name : name + "." + slot.name, slot);
  });
}

StateDict Module::named_parameters() const {
  StateDict found;
  std::set<const TensorImpl*> seen;
  visit([&](const std::string& name, const Slot& slot) {
    if (slot.is_parameter && seen.insert(slot.tensor->impl()).second) found.emplace_back(name, *slot.tensor);
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
  visit([&](const std::string& name, const Slot& slot) {
    if (!slot.is_parameter) found.emplace_back(name, *slot.tensor);
  });
  return found;
}

namespace {

std::vector<Module*> without_names(const std::vector<std::pair<std::string, Module*>>& named) {
  std::vector<Module*> modules;
  for (const auto& [name, module] : named) modules.push_back(module);
  return modules;
}

}  // namespace

std::vector<std::pair<std::string, Module*>> Module::named_children() {
  check_members();
  std::vector<std::pair<std::string, Module*>> found;
  std::set<Module*> seen;
  for (const auto& [name, child] : children_)
    if (seen.insert(child).second) found.emplace_back(name, child);
  return found;
}

std::vector<std::pair<std::string, Module*>> Module::named_modules() {
  std::vector<std::pair<std::string, Module*>> found;
  std::set<Module*> seen;
  check_all();
  walk("", [&](const std::string& name, Module& module) {
    if (seen.insert(&module).second) found.emplace_back(name, &module);
  });
  return found;
}

std::vector<Module*> Module::children() { return without_names(named_children()); }

std::vector<Module*> Module::modules() { return without_names(named_modules()); }

Module& Module::apply(const std::function<void(Module&)>& f) {
  for (Module* child : children()) child->apply(f);
  f(*this);
  return *this;
}

Device Module::device() const {
  const Tensor* first = nullptr;
  visit([&](const std::string&, const Slot& slot) { first = first ? first : slot.tensor; });
  return first ? first->device() : Device::cpu();
}

int64_t Module::num_parameters() const {
  int64_t count = 0;
  for (const Tensor& p : parameters()) count += p.numel();
  return count;
}

// ---- Modes ----

void Module::train(bool mode) {
  check_all();
  set_mode(mode);
}

// Allocates nothing, so that what puts a mode back can be a destructor.
void Module::set_mode(bool training) {
  if (training_ != training) training_ = training;
  for (const auto& [name, child] : children_) child->set_mode(training);
}

void Module::requires_grad_(bool value) {
  visit([&](const std::string&, const Slot& slot) {
    if (slot.is_parameter) slot.tensor->requires_grad_(value);
  });
}

void Module::zero_grad() {
  visit([](const std::string&, const Slot& slot) {
    if (slot.is_parameter) slot.tensor->zero_grad();
  });
}

// The array behind each handle is exchanged, so optimisers, tied layers and the user's own handles follow.
void Module::replace(const std::function<Tensor(const Tensor&)>& convert) {
  NoGrad guard;
  std::vector<std::pair<Tensor*, Tensor>> changes;  // all of them, before the first is made: memory may end
  std::set<const TensorImpl*> seen;
  visit([&](const std::string&, const Slot& slot) {
    if (!seen.insert(slot.tensor->impl()).second) return;
    const Tensor after = convert(*slot.tensor);
    if (!after.is_same(*slot.tensor)) changes.emplace_back(slot.tensor, after);
  });
  for (auto& [before, after] : changes) {
    before->impl()->array = after.array();
    before->zero_grad();
  }
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
