#pragma once
/// Module: what every layer is. It knows its parameters, buffers and children by name; each class defines its own call.
///
/// A layer holds its tensors and sub-layers as members and registers them in its constructor; names join with dots:
///   struct FeedForward : nn::Module {
///     FeedForward(int64_t d, int64_t hidden) : fc1(d, hidden), fc2(hidden, d) {
///       register_module("fc1", fc1);
///       register_module("fc2", fc2);
///     }
///     Tensor operator()(const Tensor& x) const { return fc2(relu(fc1(x))); }
///     nn::Linear fc1, fc2;   // parameters "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"
///   };

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "lemma/tensor.h"

namespace lemma {

/// Names and tensors in a fixed order: what io::save_safetensors takes.
using StateDict = std::vector<std::pair<std::string, Tensor>>;

namespace nn {

/// What load_state_dict could not place.
struct LoadReport {
  std::vector<std::string> missing;     ///< the module has it, the dict does not
  std::vector<std::string> unexpected;  ///< the dict has it, the module does not
};

/// `[load_state_dict] missing 'encoder.norm1.weight'; unexpected 'encoder.ln1.weight'; 'fc.bias' is float32 (2),
/// expected float32 (3)`
class StateDictError : public ValueError {
 public:
  StateDictError(const std::string& message, LoadReport names, std::vector<std::string> mismatched_names)
      : ValueError("load_state_dict", message), report(std::move(names)), mismatched(std::move(mismatched_names)) {}
  LoadReport report;
  std::vector<std::string> mismatched;
};

class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;  ///< neither copied nor moved: owners hold the addresses of members
  Module& operator=(const Module&) = delete;

  // ---- What is inside. Own parameters first, then the children's, in the order of registration. ----
  /// Each once, even if two layers share it.
  std::vector<Tensor> parameters() const;
  StateDict named_parameters() const;
  StateDict named_buffers() const;
  int64_t num_parameters() const;
  /// Where the first parameter or buffer is; the CPU if it has none.
  Device device() const;
  /// A table of names, shapes, element counts and the total.
  std::string summary() const;

  // ---- Weights in and out ----
  /// Parameters and buffers by name. The tensors share memory with the module's, outside the tape.
  StateDict state_dict() const;
  /// Copies values in, converting between floating dtypes and devices. Everything is checked before the first write: an
  /// error leaves the module as it was. Shapes must always fit; with strict = false missing and unexpected names are
  /// reported instead of thrown. Throws StateDictError.
  LoadReport load_state_dict(const StateDict& state, bool strict = true);

  // ---- Modes ----
  /// Dropout acts while training. A new module trains.
  void train(bool mode = true);
  void eval() { train(false); }
  bool is_training() const { return training_; }
  /// Freezes (false) or unfreezes every parameter.
  void requires_grad_(bool value = true);
  void zero_grad();

  /// Moves or converts parameters and floating buffers behind their handles, so optimisers keep working. The gradients
  /// of what changed are dropped.
  void to(Device device);
  void to(DType dtype);

 protected:
  /// `slot` is a member of the derived class. Throws ValueError for an empty or repeated name, or one with a dot.
  void register_parameter(const std::string& name, Tensor& slot);
  /// State that is saved but not trained.
  void register_buffer(const std::string& name, Tensor& slot);
  void register_module(const std::string& name, Module& child);

 private:
  struct Slot {
    std::string name;
    Tensor* tensor;
    bool is_parameter;
  };
  /// Calls f(full name, slot) for every tensor, duplicates included.
  void visit(const std::string& prefix, const std::function<void(const std::string&, const Slot&)>& f) const;
  void check_name(const std::string& name) const;
  void replace(const std::function<Tensor(const Tensor&)>& convert);

  std::vector<Slot> slots_;
  std::vector<std::pair<std::string, Module*>> children_;
  bool training_ = true;
};

}  // namespace nn
}  // namespace lemma
