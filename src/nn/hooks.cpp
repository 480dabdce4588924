// Forward hooks of modules.
#include <fmt/format.h>

#include "lemma/nn/module.h"

namespace lemma::nn {

struct Module::Hooks {
  int64_t next = 0;
  std::vector<std::pair<int64_t, PreHook>> before;
  std::vector<std::pair<int64_t, Hook>> after;
};

int64_t Module::add_hook(PreHook pre, Hook post) {
  if (!runs_hooks())
    throw ValueError("register_forward_hook",
                     fmt::format("{} has a call of its own, which runs no hooks; derive it from nn::Layer and name "
                                 "that call forward",
                                 type_name()));
  if (!hooks_) hooks_ = std::make_shared<Hooks>();
  const int64_t id = hooks_->next++;
  if (pre) hooks_->before.emplace_back(id, std::move(pre));
  if (post) hooks_->after.emplace_back(id, std::move(post));
  return id;
}

void Module::remove_forward_hook(int64_t id) {
  if (!hooks_) return;
  const auto is_it = [&](const auto& entry) { return entry.first == id; };
  std::erase_if(hooks_->before, is_it);
  std::erase_if(hooks_->after, is_it);
}

// Copies are called: a hook may remove itself, or others.
Tensor Module::before(const Tensor& x) const {
  Tensor in = x;
  for (const auto& [id, hook] : std::vector(hooks_->before))
    if (const Tensor other = hook(*this, in); other.defined()) in = other;
  return in;
}

Tensor Module::after(const Tensor& in, Tensor out) const {
  for (const auto& [id, hook] : std::vector(hooks_->after))
    if (const Tensor other = hook(*this, in, out); other.defined()) out = other;
  return out;
}

}  // namespace lemma::nn
