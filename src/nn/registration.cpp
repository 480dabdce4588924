// Which module is part of which: registration, members that it missed, and modules that come, move and go.
#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "lemma/nn/module.h"

namespace lemma::nn {

namespace {

constexpr int kDeepest = 1000;  // levels; everything that walks through a module recurses this deep

// Live modules that are nobody's part, by address: the members that were built without child() are among them.
struct Strays {
  std::mutex mutex;
  std::set<const Module*> all;
  // A module brings its node along, made when it was built: to become a stray again, in a destructor, allocates
  // nothing.
  using Place = std::set<const Module*>::node_type;
  void add(Place& place) {
    const std::lock_guard lock(mutex);
    all.insert(std::move(place));
  }
  void remove(const Module* module, Place& place) {
    const std::lock_guard lock(mutex);
    if (Place found = all.extract(module)) place = std::move(found);
  }
};

std::set<const Module*>::node_type place_of(const Module* module) {
  std::set<const Module*> one{module};
  return one.extract(one.begin());
}

Strays& strays() {
  static auto* const kept = [] {
    auto* const made = new Strays;  // outlives every static module
    // A child of fork has only the thread that forked: a lock that another one held would never open.
    ::pthread_atfork([] { strays().mutex.lock(); }, [] { strays().mutex.unlock(); }, [] { strays().mutex.unlock(); });
    return made;
  }();
  return *kept;
}

struct Announced {
  Module* parent = nullptr;
  const std::string* name = nullptr;
  size_t size = 0;
};
thread_local Announced announced;

const std::byte* bytes(const void* place) { return static_cast<const std::byte*>(place); }

}  // namespace

void Module::announce(Module* parent, const std::string& name, size_t size) { announced = {parent, &name, size}; }

void Module::forget_announcement() { announced = {}; }

Module::Module() : stray_(place_of(this)) {
  if (!announced.parent) {
    strays().add(stray_);
    return;
  }
  const Announced mine = std::exchange(announced, {});
  mine.parent->adopt(*mine.name, *this, mine.size);
  checked_ = false;  // its members come after this
}

Module::~Module() {
  for (Module* parent : parents_) std::erase_if(parent->children_, [&](const auto& c) { return c.second == this; });
  for (const auto& [name, child] : children_) {
    std::erase(child->parents_, this);
    if (child->parents_.empty()) strays().add(child->stray_);
  }
  strays().remove(this, stray_);
}

// ---- Moving: what lies in the object lies at the same distance in the new one; the rest stays where it is ----

void Module::check_can_move() const {
  if (size_ == 0 && !(slots_.empty() && children_.empty()))
    throw ValueError("Module",
                     fmt::format("this {} cannot be moved; build it where it is to stay, several in an nn::ModuleList",
                                 type_name()));
  for (const auto& [name, child] : children_) {
    if (!contains(child)) continue;
    const auto elsewhere = [&](const Module* parent) { return parent != this; };
    if (std::any_of(child->parents_.begin(), child->parents_.end(), elsewhere))
      throw ValueError("Module",
                       fmt::format("this {} cannot be moved: another module shares its '{}'", type_name(), name));
    child->check_can_move();
  }
}

Module::Module(Module&& other) : stray_(place_of(this)) {
  for (const Module* parent : other.parents_) {
    if (!parent->moved_to_)
      throw ValueError("Module", fmt::format("this {} is a part of {} and cannot be moved out of it", other.type_name(),
                                             parent->type_name()));
    parents_.push_back(parent->moved_to_);
  }
  if (parents_.empty()) {
    other.check_can_move();
    strays().add(stray_);
  }
  const auto moved = [&]<class T>(T* part) {
    if (!other.contains(part)) return part;
    return reinterpret_cast<T*>(reinterpret_cast<std::byte*>(this) + (bytes(part) - bytes(&other)));
  };
  for (Slot& slot : other.slots_) slots_.push_back({slot.name, moved(slot.tensor), slot.is_parameter});
  for (const auto& [name, child] : other.children_) {
    if (!other.contains(child)) std::replace(child->parents_.begin(), child->parents_.end(), &other, this);
    children_.emplace_back(name, moved(child));
  }
  hooks_ = std::move(other.hooks_);
  size_ = other.size_, height_ = other.height_, checked_ = other.checked_.load(), training_ = other.training_;
  other.slots_.clear(), other.children_.clear(), other.parents_.clear();
  other.moved_to_ = this;
  strays().remove(&other, other.stray_);
}

// ---- Registration ----

void Module::check_name(const std::string& name) const {
  const auto taken = [&](const auto& entry) { return entry == name; };
  if (name.empty() || name.find('.') != std::string::npos)
    throw ValueError(
        "Module", fmt::format("'{}' cannot name a parameter or layer: names cannot be empty or contain a dot", name));
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

// Goes up through all that hold this module: none may be the child, and none may become too high.
void Module::adopt(const std::string& name, Module& child, size_t size) {
  check_name(name);
  std::map<Module*, int> heights;
  std::vector<std::pair<Module*, int>> todo{{this, child.height_ + 1}};
  while (!todo.empty()) {
    const auto [module, height] = todo.back();
    todo.pop_back();
    if (module == &child)
      throw ValueError("Module", fmt::format("'{}' would make this {} a part of itself", name, child.type_name()));
    if (height > kDeepest)
      throw ValueError("Module",
                       fmt::format("'{}' would be the {}th level of modules within modules; at most {} can be "
                                   "nested",
                                   name, height, kDeepest));
    const auto [at, is_new] = heights.emplace(module, std::max(module->height_, height));
    if (!is_new && at->second >= height) continue;
    at->second = std::max(at->second, height);
    for (Module* parent : module->parents_) todo.emplace_back(parent, at->second + 1);
  }
  for (const auto& [module, height] : heights) module->height_ = height;
  child.walk("", [&](const std::string&, Module& part) { part.training_ = part.training_ && training_; });
  child.know_size(size);
  child.parents_.push_back(this);
  children_.emplace_back(name, &child);
  checked_ = false;
  strays().remove(&child, child.stray_);
}

// ---- What was forgotten ----

void Module::know_size(size_t size) {
  if (size <= size_) return;
  size_ = size;
  checked_ = false;
}

bool Module::contains(const void* place) const {
  return bytes(place) >= bytes(this) && bytes(place) < bytes(this) + size_;
}

void Module::check_members() const {
  if (checked_) return;
  const std::lock_guard lock(strays().mutex);
  for (auto it = strays().all.upper_bound(this); it != strays().all.end() && contains(*it); ++it) {
    const auto holds = [&](const auto& entry) { return contains(entry.second) && entry.second->contains(*it); };
    if (std::any_of(children_.begin(), children_.end(), holds)) continue;  // it is for that child to complain
    const auto before = std::count_if(children_.begin(), children_.end(),
                                      [&](const auto& c) { return contains(c.second) && c.second < *it; });
    throw ValueError("Module",
                     fmt::format("sub-layer {} of {}, a {}, has no name; declare it as `{} name = child(this, "
                                 "\"name\", ...)`, and hold by pointer what is not part of the model",
                                 before + 1, type_name(), (*it)->type_name(), (*it)->type_name()));
  }
  checked_ = true;
}

}  // namespace lemma::nn
