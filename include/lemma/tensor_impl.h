#pragma once
/// What a Tensor handle points to: an array and its place on the tape.

#include <cstdint>
#include <memory>

#include "lemma/core/array.h"
#include "lemma/core/ref.h"

namespace lemma {

class Node;
struct Extras;

class TensorImpl : public RefCounted {
 public:
  explicit TensorImpl(Array a);
  ~TensorImpl();
  static void destroy(TensorImpl* impl);
  /// Hooks, name and the like, made on first use.
  Extras& extras();
  bool has_extras() const { return static_cast<bool>(extras_); }

  Array array;
  Ref<Node> node;              // what computed it; null for leaves
  uint32_t output = 0;         // which of the node's outputs it is
  Ref<TensorImpl> grad;        // of leaves
  bool requires_grad = false;  // of leaves; a tensor with a node always does

 private:
  std::unique_ptr<Extras> extras_;
};

}  // namespace lemma
