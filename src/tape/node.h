#pragma once
/// Node: one recorded operation.
///
/// Ownership runs one way, from results to inputs: tensor -> node -> input nodes and leaves. A node keeps the *arrays*
/// its rule asked for, never its own output tensor, so there is no cycle and no registry.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lemma/core/small_vector.h"
#include "lemma/tensor.h"

namespace lemma {

/// What a rule returns: one gradient per input; an undefined tensor where there is none.
using Grads = SmallVector<Tensor, 3>;

/// Which values a rule needs later. Everything else is freed as soon as nobody else holds it.
enum class Save : uint32_t { nothing = 0, output = 1, input0 = 2, input1 = 4, input2 = 8, inputs = 0xfffffffe };
constexpr Save operator|(Save a, Save b) {
  return static_cast<Save>(static_cast<uint32_t>(a) | static_cast<uint32_t>(b));
}
constexpr bool saves(Save set, Save one) { return (static_cast<uint32_t>(set) & static_cast<uint32_t>(one)) != 0; }
constexpr Save save_if(bool wanted, Save what) { return wanted ? what : Save::nothing; }

struct Hook {
  int64_t id;
  std::function<Tensor(const Tensor&)> call;
};
/// The rare extras of a tensor or a node, allocated when first used.
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
  bool kept = false;  // record was told to save it

  Saved(const Array& a, bool keep);
  void release() { array = Array(nullptr, array.shape(), array.strides(), 0, array.dtype()); }
};

/// Where the gradient of one input goes: to the node that computed it, to a leaf, or nowhere.
struct Edge {
  Ref<Node> node;
  Ref<TensorImpl> leaf;
  Saved saved;
  bool wanted() const { return node || leaf; }
  const void* key() const { return node ? static_cast<const void*>(node.get()) : leaf.get(); }
};

class Node : public RefCounted {
 public:
  static void destroy(Node* node);  // without recursion, however long the chain

  const char* name() const { return name_; }
  /// Counts up as nodes are made: an input's number is always below that of its result.
  uint64_t sequence() const { return sequence_; }

  // ---- For rules ----
  size_t num_inputs() const { return edges_.size(); }
  bool needs(size_t i) const { return edges_[i].wanted(); }
  /// The saved value, still part of the graph. Throws GradError if it was not saved or has been changed since.
  Tensor input(size_t i) const;
  Tensor output() const;
  const Shape& input_shape(size_t i) const { return edges_[i].saved.array.shape(); }
  DType input_dtype(size_t i) const { return edges_[i].saved.array.dtype(); }
  const Shape& output_shape() const { return output_.array.shape(); }

  // ---- For the engine and the pictures ----
  virtual Grads apply(const Tensor& grad) const = 0;
  const SmallVector<Edge, 2>& edges() const { return edges_; }
  const Saved& output_saved() const { return output_; }
  bool released() const { return released_; }
  void release();
  size_t bytes_held() const;
  Extras& extras() { return extras_ ? *extras_ : *(extras_ = std::make_unique<Extras>()); }
  bool has_extras() const { return static_cast<bool>(extras_); }

 protected:
  Node(const char* name, const Array& output, Save save);
  virtual ~Node() = default;
  friend class Recorder;

  const char* name_;
  uint64_t sequence_;
  SmallVector<Edge, 2> edges_;
  Saved output_;
  bool released_ = false;
  std::unique_ptr<Extras> extras_;

 private:
  void check_fresh(const Saved& saved, const char* what, size_t i) const;
};

}  // namespace lemma
