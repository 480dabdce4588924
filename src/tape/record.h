#pragma once
/// record: the one gate between operations and the tape.
///
/// A rule says how a gradient goes back, and its parameters say which values it reads:
///     record("mul", {a, b}, y, [](const Tensor& g, In<1> rhs) { return g * rhs; },   // for a
///                              [](const Tensor& g, In<0> lhs) { return g * lhs; });  // for b
/// What a wanted rule names is saved, everything else is freed as soon as nobody else holds it. There is no other way
/// to a value, so a rule cannot read what was not saved.

#include <initializer_list>
#include <span>
#include <utility>

#include "lemma/tape/grad_mode.h"
#include "lemma/tape/node.h"
#include "tape/rule.h"

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
  /// Bit i: input i requires a gradient.
  static uint32_t wants(std::span<const TensorRef> inputs);
  /// Connects a new node with its inputs.
  static Ref<Node> connect(Node* node, std::span<const TensorRef> inputs, uint32_t saved_inputs);
  static Tensor result(const Ref<Node>& node, Array output, uint32_t number = 0);
  /// The number of the node that is made next.
  static uint64_t next_sequence();
  /// A result in its first input's memory is a view of it, and remembers whose; one made under NoGrad stands alone, as
  /// detach() does.
  static Tensor as_view(std::span<const TensorRef> inputs, Tensor&& result) {
    if (!inputs.empty() && result.array().storage() == inputs[0].tensor->array().storage() && grad_enabled())
      note_base(inputs[0].tensor->impl(), result);
    return std::move(result);
  }

 private:
  static void note_base(TensorImpl* from, const Tensor& result);
};

/// Wraps `output` as a tensor. If an input requires a gradient, also remembers how to send one back: either by one rule
/// per input, `(g, what it reads...) -> Tensor`, of which only those run whose gradient is wanted; or by one rule for
/// all, `(g, what it reads...) -> Grads`, with one gradient per input. Rules are written in Tensor operations, and
/// capture shapes, dims and numbers, never a Tensor: this does not compile.
template <size_t N, class... Rules>
requires RulesFit<N, Rules...> Tensor record(const char* op, const TensorRef (&inputs)[N], Array output,
                                             Rules... rules) {
  if (watcher) watcher->computed(op, inputs, output);
  if (!Recorder::wanted(inputs)) return Recorder::as_view(inputs, Tensor(std::move(output)));
  const Save save = saved_by<Rules...>(Recorder::wants(inputs));
  Node* node = new RuleNode<Rules...>(op, {&output, 1}, save.outputs, std::move(rules)...);
  return Recorder::as_view(inputs, Recorder::result(Recorder::connect(node, inputs, save.inputs), std::move(output)));
}
/// The same for any number of inputs, by one rule for all that reads shapes only.
template <class Rule>
requires RuleForAll<0, Rule> Tensor record(const char* op, std::span<const TensorRef> inputs, Array output, Rule rule) {
  if (watcher) watcher->computed(op, inputs, output);
  if (!Recorder::wanted(inputs)) return Recorder::as_view(inputs, Tensor(std::move(output)));
  Node* node = new RuleNode<Rule>(op, {&output, 1}, 0, std::move(rule));
  return Recorder::as_view(inputs, Recorder::result(Recorder::connect(node, inputs, 0), std::move(output)));
}
/// The same for several outputs: the rule is given a Grads, with one gradient per output, undefined where none arrived.
template <size_t N, class... Rules>
requires RulesFit<N, Rules...> std::vector<Tensor> record(const char* op, const TensorRef (&inputs)[N],
                                                          const std::vector<Array>& outputs, Rules... rules) {
  std::vector<Tensor> results;
  results.reserve(outputs.size());
  if (watcher)
    for (const Array& output : outputs) watcher->computed(op, inputs, output);
  if (!Recorder::wanted(inputs)) {
    for (const Array& output : outputs) results.push_back(Recorder::as_view(inputs, Tensor(output)));
    return results;
  }
  const Save save = saved_by<Rules...>(Recorder::wants(inputs));
  const Ref<Node> node =
      Recorder::connect(new RuleNode<Rules...>(op, outputs, save.outputs, std::move(rules)...), inputs, save.inputs);
  for (size_t i = 0; i < outputs.size(); ++i)
    results.push_back(Recorder::as_view(inputs, Recorder::result(node, outputs[i], static_cast<uint32_t>(i))));
  return results;
}

}  // namespace lemma
