// A module's weights: into a state dict and a file, and back.
#include <fmt/format.h>

#include <map>

#include "lemma/io/safetensors.h"
#include "lemma/nn/module.h"
#include "lemma/tape/grad_mode.h"

namespace lemma::nn {

StateDict Module::state_dict() const {
  StateDict state;
  visit([&](const std::string& name, const Slot& slot) { state.emplace_back(name, slot.tensor->detach()); });
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
  visit([&](const std::string& name, const Slot& slot) {
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

void Module::save(const std::string& path) const { io::save_safetensors(path, state_dict()); }

LoadReport Module::load(const std::string& path, bool strict) {
  return load_state_dict(io::load_safetensors(path).tensors, strict);
}

}  // namespace lemma::nn
