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
  explicit TensorImpl(Array&& a);
  ~TensorImpl();
  static void destroy(TensorImpl* impl);
  /// Hooks, name and the like, made on first use.
  Extras& extras();
  bool has_extras() const { return static_cast<bool>(extras_); }
  /// A view whose base was written in place since: its node belongs to the old values. refresh() makes a new one.
  bool stale() const { return base && base->writes != writes; }
  void refresh();

  Array array;
  Ref<Node> node;              // what computed it; null for leaves
  uint32_t output = 0;         // which of the node's outputs it is
  Ref<TensorImpl> grad;        // of leaves
  bool requires_grad = false;  // of leaves; a tensor with a node always does
  Ref<TensorImpl> base;        // of views: the tensor they are part of, itself no view; an in-place write changes both
  uint32_t writes = 0;         // recorded in-place writes: all to a base, and those that a view's node knows of

 private:
  std::unique_ptr<Extras> extras_;
};

}  // namespace lemma
