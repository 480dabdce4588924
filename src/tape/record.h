#pragma once
/// record: the one gate between operations and the tape.

#include <initializer_list>
#include <span>
#include <utility>

#include "tape/node.h"

namespace lemma {

/// A Tensor by reference, so that `record("add", {a, b}, ...)` copies no handle.
struct TensorRef {
  TensorRef(const Tensor& t) : tensor(&t) {}  // NOLINT: implicit on purpose
  const Tensor* tensor;
};

/// Looks at operations as they are recorded: DetectAnomaly is one, and stands above the tape.
class Watcher {
 public:
  /// An operation has computed `output`, whether or not it will be recorded. May throw.
  virtual void computed(const char* op, std::span<const TensorRef> inputs, const Array& output) = 0;
  /// An operation left a node.
  virtual void recorded(Node& node) = 0;

 protected:
  ~Watcher() = default;
};
/// This thread's; null where nobody looks.
inline constinit thread_local Watcher* watcher = nullptr;

/// The parts of recording that do not depend on the rule's type.
class Recorder {
 public:
  /// Recording is on and some input requires a gradient.
  static bool wanted(std::span<const TensorRef> inputs);
  static Tensor finish(Node* node, std::span<const TensorRef> inputs, Array output, Save save);
};

template <class Rule>
class RuleNode final : public Node {
 public:
  RuleNode(const char* name, const Array& output, Save save, Rule rule)
      : Node(name, output, save), rule_(std::move(rule)) {}
  Grads apply(const Tensor& grad) const override { return rule_(grad, *this); }

 private:
  Rule rule_;
};

/// Wraps `output` as a tensor. If an input requires a gradient, also remembers how to send one back: `rule(grad, node)`
/// returns one gradient per input, written in Tensor operations. A rule captures shapes, dims and numbers, never a
/// Tensor: it reaches values through node.input(i) and node.output(), which `save` must name.
template <class Rule>
Tensor record(const char* op, std::span<const TensorRef> inputs, Array output, Rule rule, Save save = Save::nothing) {
  if (watcher) watcher->computed(op, inputs, output);
  if (!Recorder::wanted(inputs)) return Tensor(std::move(output));
  Node* node = new RuleNode<Rule>(op, output, save, std::move(rule));
  return Recorder::finish(node, inputs, std::move(output), save);
}
template <class Rule>
Tensor record(const char* op, std::initializer_list<TensorRef> inputs, Array output, Rule rule,
              Save save = Save::nothing) {
  return record(op, std::span(inputs.begin(), inputs.size()), std::move(output), std::move(rule), save);
}

}  // namespace lemma
