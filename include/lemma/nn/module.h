#pragma once
/// Module: what every layer is. It knows its parameters, buffers and sub-layers by name, saves, loads and prints them;
/// each class defines its own call.
///
/// A layer holds its sub-layers as members. child() builds one in its place and gives it its name; names join with
/// dots:
///   struct FeedForward : nn::Module {
///     FeedForward(int64_t d, int64_t hidden)
///         : fc1(child(this, "fc1", d, hidden)), fc2(child(this, "fc2", hidden, d)) {}
///     Tensor operator()(const Tensor& x) const { return fc2(relu(fc1(x))); }
///     nn::Linear fc1, fc2;  // parameters "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"
///   };
/// A member that was built without child() is reported by the first call that looks inside, such as parameters().

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "lemma/nn/state_dict.h"
#include "lemma/tensor.h"

namespace lemma::nn {

template <class... Args>
class Child;

class Module {
 public:
  Module();
  virtual ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  /// For Sequential, which takes finished layers: the parts move along. Throws ValueError for a part of another module,
  /// and for one that was registered by hand, whose size is not known.
  Module(Module&& other);

  // ---- What is inside. Own parameters first, then the children's, in the order of registration. ----
  // Each of these throws ValueError if a sub-layer of the module, or of one of its parts, is not registered.
  /// Each once, even if two layers share it.
  std::vector<Tensor> parameters() const;
  StateDict named_parameters() const;  ///< the same by their full names: "fc1.weight"
  StateDict named_buffers() const;     ///< what is saved but not trained
  int64_t num_parameters() const;      ///< elements of all parameters together
  /// The sub-layers held directly.
  std::vector<Module*> children();
  std::vector<std::pair<std::string, Module*>> named_children();  ///< the same by name
  /// This module, named "", and all modules within it, each once.
  std::vector<Module*> modules();
  std::vector<std::pair<std::string, Module*>> named_modules();  ///< the same by their full names
  /// Calls f for everything within, then for this module. Returns it.
  Module& apply(const std::function<void(Module&)>& f);
  /// Where the first parameter or buffer is; the CPU if it has none.
  Device device() const;

  // ---- As text ----
  /// A table of names, shapes, element counts and the total.
  std::string summary() const;
  /// As PyTorch prints it, and as `std::cout << module` does: "Net(\n  (hidden): Linear(in_features=2, ...".
  virtual std::string str() const;
  /// The class's name without namespaces: "Linear".
  virtual std::string type_name() const;
  /// What str() says between the brackets: "in_features=2, out_features=8, bias=True".
  virtual std::string extra_repr() const { return ""; }

  // ---- Weights in and out ----
  /// Parameters and buffers by name. The tensors share memory with the module's, outside the tape.
  StateDict state_dict() const;
  /// Copies values in, converting between floating dtypes and devices. Everything is checked before the first write: an
  /// error leaves the module as it was. Shapes must always fit; with strict = false missing and unexpected names are
  /// reported instead of thrown. Throws StateDictError.
  LoadReport load_state_dict(const StateDict& state, bool strict = true);
  /// The state dict as a .safetensors file, which appears whole or not at all (lemma/io/safetensors.h). IoError.
  void save(const std::string& path) const;
  LoadReport load(const std::string& path, bool strict = true);  ///< load_state_dict() of a file; IoError

  // ---- Modes ----
  /// Dropout acts while training. A new module trains. A module that is in the mode already is not written to, so
  /// threads that share one in evaluation may each ask for it.
  void train(bool mode = true);
  void eval() { train(false); }
  bool is_training() const { return training_; }
  /// Freezes (false) or unfreezes every parameter.
  void requires_grad_(bool value = true);
  void zero_grad();  ///< parameters have no gradient then, as before the first backward()

  /// Moves or converts parameters and floating buffers behind their handles, so optimisers keep working. The gradients
  /// of what changed are dropped.
  void to(Device device);
  void to(DType dtype);

  // ---- Hooks: functions that see what goes in and comes out ----
  /// f(module, input) before each call and f(module, input, output) after it; a Tensor that f returns takes the place
  /// of the input or the output, one that is undefined changes nothing, and f may return void. They are called in the
  /// order of registration. The id is for remove_forward_hook. Throws ValueError for a module whose call runs
  /// no hooks; every nn::Layer, the encoder and its layers run them.
  template <class F>
  int64_t register_forward_pre_hook(F f) {
    return add_hook([f](const Module& m, const Tensor& in) { return tensor_of([&] { return f(m, in); }); }, {});
  }
  /// The same after the call: f(module, input, output).
  template <class F>
  int64_t register_forward_hook(F f) {
    return add_hook({}, [f](const Module& m, const Tensor& in, const Tensor& out) {
      return tensor_of([&] { return f(m, in, out); });
    });
  }
  void remove_forward_hook(int64_t id);  ///< of either kind; an unknown id changes nothing

 protected:
  /// Builds a sub-layer of this module, named `name`, from the arguments of its constructor. Initialises a member
  /// (`nn::Linear out = child(this, "out", 8, 2)`, or in a constructor `out(child(this, "out", d, 2))`) or assigns to
  /// a std::unique_ptr, for one that only some modules of the class have. Throws ValueError for an empty or repeated
  /// name, or one with a dot.
  template <class Parent, class... Args>
  static Child<Args...> child(Parent* parent, const std::string& name, Args&&... args);

  /// `slot` is a member of the derived class. Throws ValueError as child() does.
  void register_parameter(const std::string& name, Tensor& slot);
  /// State that is saved but not trained.
  void register_buffer(const std::string& name, Tensor& slot);
  /// For a sub-layer that exists already, such as one that two modules share. Throws ValueError also for a module
  /// within itself, and for more than 1000 levels.
  template <class Part>
  void register_module(const std::string& name, Part& part) {
    adopt(name, part, std::is_abstract_v<Part> || std::is_same_v<Part, Module> ? 0 : sizeof(Part));
  }

  /// Runs `forward`, which maps a tensor to a tensor, between the hooks. A class that calls it says so in runs_hooks().
  template <class Forward>
  Tensor hooked(const Tensor& x, Forward&& forward) const {
    if (!hooks_) return forward(x);
    const Tensor in = before(x);
    return after(in, forward(in));
  }
  virtual bool runs_hooks() const { return false; }

 private:
  template <class... Args>
  friend class Child;
  friend class Sequential;
  struct Hooks;
  using PreHook = std::function<Tensor(const Module&, const Tensor&)>;
  using Hook = std::function<Tensor(const Module&, const Tensor&, const Tensor&)>;
  struct Slot {
    std::string name;
    Tensor* tensor;
    bool is_parameter;
  };

  template <class F>
  static Tensor tensor_of(F f) {
    if constexpr (std::is_void_v<decltype(f())>) {
      f();
      return {};
    } else {
      return f();
    }
  }
  int64_t add_hook(PreHook pre, Hook post);
  Tensor before(const Tensor& x) const;
  Tensor after(const Tensor& in, Tensor out) const;

  /// Tells the next module to be built, the child, who its parent is. `size` is that of the whole child.
  static void announce(Module* parent, const std::string& name, size_t size);
  static void forget_announcement();
  /// The module's members lie in `size` bytes from its Module part on.
  void know_size(size_t size);
  bool contains(const void* place) const;
  void adopt(const std::string& name, Module& child, size_t size);
  void check_name(const std::string& name) const;
  void check_members() const;
  void check_all() const;
  void check_can_move() const;
  void set_mode(bool training);

  /// Calls f(full name, module), parents first; a shared module once for each of its names.
  void walk(const std::string& prefix, const std::function<void(const std::string&, Module&)>& f) const;
  /// Calls f(full name, slot) for every tensor, duplicates included.
  void visit(const std::function<void(const std::string&, const Slot&)>& f) const;
  void replace(const std::function<Tensor(const Tensor&)>& convert);

  std::vector<Slot> slots_;
  std::vector<std::pair<std::string, Module*>> children_;
  std::vector<Module*> parents_;
  std::set<const Module*>::node_type stray_;  // this module's place among those without a parent, while it has one
  std::shared_ptr<Hooks> hooks_;              // none: null
  size_t size_ = 0;                           // 0: not known
  int height_ = 0;                            // levels below this one
  Module* moved_to_ = nullptr;
  mutable std::atomic<bool> checked_ = false;  // no member is unregistered
  bool training_ = true;
};

std::ostream& operator<<(std::ostream& out, const Module& module);  ///< as module.str()

/// What child() returns: a name and the arguments of a constructor, waiting for the type that they will build.
template <class... Args>
class Child {
 public:
  Child(Module* parent, std::string name, Args&&... args)
      : parent_(parent), name_(std::move(name)), args_(std::forward<Args>(args)...) {}
  // The object is made where the result goes, so its address is final when its base, Module, registers it.
  template <class Part>
  requires std::is_base_of_v<Module, Part>
  operator Part() && {
    const Announcement said(parent_, name_, sizeof(Part));
    return std::make_from_tuple<Part>(std::move(args_));
  }
  template <class Part>
  requires std::is_base_of_v<Module, Part>
  operator std::unique_ptr<Part>() && {
    const Announcement said(parent_, name_, sizeof(Part));
    return std::apply([](auto&&... args) { return std::make_unique<Part>(std::forward<decltype(args)>(args)...); },
                      std::move(args_));
  }

 private:
  struct Announcement {
    Announcement(Module* parent, const std::string& name, size_t size) { Module::announce(parent, name, size); }
    ~Announcement() { Module::forget_announcement(); }  // if building failed before anyone heard it
  };
  Module* parent_;
  std::string name_;
  std::tuple<Args&&...> args_;
};

template <class Parent, class... Args>
Child<Args...> Module::child(Parent* parent, const std::string& name, Args&&... args) {
  Module* const base = parent;
  base->know_size(static_cast<size_t>(reinterpret_cast<std::byte*>(parent + 1) - reinterpret_cast<std::byte*>(base)));
  return {parent, name, std::forward<Args>(args)...};
}

}  // namespace lemma::nn
