#pragma once
/// Node: one recorded operation, `y.grad_fn()`.
///
/// Ownership runs one way, from results to inputs: tensor -> node -> input nodes and leaves. A node keeps the *arrays*
/// its rule asked for, never its own output tensor, so there is no cycle and no registry.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lemma/core/small_vector.h"
#include "lemma/tensor.h"

namespace lemma {

/// What a rule returns: one gradient per input; an undefined tensor where there is none. What it is given: one gradient
/// per output.
using Grads = SmallVector<Tensor, 3>;

struct Hook {
  int64_t id;
  std::function<Tensor(const Tensor&)> call;
};
/// The rare extras of a tensor that some operation computed, or of a leaf, allocated when first used.
struct Extras {
  std::vector<Hook> hooks;
  std::string name;
  bool retain = false;  // keep the gradient of this intermediate result
  Tensor grad;
  std::vector<std::string> trace;  // under DetectAnomaly: the functions that called the operation
};

/// An array's shape and type, and its memory too when the rule needs the values.
struct Saved {
  Array array;  // without storage when only shape and type are kept
  Device device;
  uint32_t version = 0;
  bool kept = false;  // for the rule, not only to be shown

  Saved(const Array& a, bool keep);
  void release() { array = Array(nullptr, array.shape(), array.strides(), 0, array.dtype()); }
};

/// Where the gradient of one input goes: to an output of the node that computed it, to a leaf, or nowhere.
struct Edge {
  Ref<Node> node;
  Ref<TensorImpl> leaf;
  Saved saved;
  uint32_t output = 0;  // of the node
  bool wanted() const { return node || leaf; }
};

class Node : public RefCounted {
 public:
  static void destroy(Node* node);  ///< without recursion, however long the chain

  // ---- For everybody ----
  /// As in ops.h: "mul", "softmax". A composition's result has the composition's name, the steps to it have their own.
  const char* name() const { return name_; }
  /// The nodes that computed the inputs, one per input; null where it is a leaf or needs no gradient.
  std::vector<Ref<Node>> next_functions() const;
  /// Counts up as nodes are made: an input's number is always below that of its result.
  uint64_t sequence() const { return sequence_; }
  size_t num_inputs() const { return edges_.size(); }
  const Shape& input_shape(size_t i) const { return edges_[i].saved.array.shape(); }
  DType input_dtype(size_t i) const { return edges_[i].saved.array.dtype(); }
  Device input_device(size_t i) const { return edges_[i].saved.device; }
  /// Does anybody want the gradient of this input?
  bool needs(size_t i) const { return edges_[i].wanted(); }
  size_t num_outputs() const { return outputs_.size(); }
  const Shape& output_shape(size_t i = 0) const { return outputs_[i].saved.array.shape(); }
  DType output_dtype(size_t i = 0) const { return outputs_[i].saved.array.dtype(); }
  Device output_device(size_t i = 0) const { return outputs_[i].saved.device; }

  // ---- For the engine and the pictures ----
  /// The rule: gradients of the outputs (undefined where none arrived) in, gradients of the inputs out.
  virtual Grads apply(const Grads& grads) const = 0;
  struct Output {
    Saved saved;
    std::unique_ptr<Extras> extras_;
    Extras& extras() { return extras_ ? *extras_ : *(extras_ = std::make_unique<Extras>()); }
    bool has_extras() const { return static_cast<bool>(extras_); }
  };
  Output& output(size_t i) { return outputs_[i]; }
  const Output& output(size_t i) const { return outputs_[i]; }
  const SmallVector<Edge, 2>& edges() const { return edges_; }
  void rename(const char* name) { name_ = name; }
  bool released() const { return released_; }
  void release();             ///< frees what it saved, after its gradient is computed
  size_t bytes_held() const;  ///< of the memory that it alone keeps for the rule

 protected:
  Node(const char* name, std::span<const Array> outputs, uint32_t saved_outputs);
  virtual ~Node() = default;
  friend class Recorder;

  // ---- For rules, through what they say that they read: see record.h ----
  /// The saved value, still part of the graph. Throws GradError if it has been changed or freed since.
  Tensor saved_input(size_t i) const;
  Tensor saved_output(size_t i) const;

 private:
  void check_fresh(const Saved& saved, const char* what, size_t i) const;

  const char* name_;
  uint64_t sequence_;
  SmallVector<Edge, 2> edges_;
  SmallVector<Output, 1> outputs_;
  bool released_ = false;
  Node* next_doomed_ = nullptr;
};

}  // namespace lemma
