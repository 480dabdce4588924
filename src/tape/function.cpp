// The user's own operations.
#include "lemma/tape/function.h"

#include <algorithm>

#include <fmt/format.h>

#include "kernels/kernels.h"
#include "lemma/tape/grad_mode.h"
#include "tape/record.h"

namespace lemma {

bool FunctionContext::needs_input_grad(size_t input) const {
  if (input >= needs_.size())
    throw IndexError("needs_input_grad", fmt::format("input {} of a function of {} inputs", input, needs_.size()),
                     static_cast<int64_t>(input), static_cast<int64_t>(needs_.size()));
  return needs_[input];
}

// Unlike a rule it says at run time what it saves. Values of inputs and of the result stay with the node, which
// re-makes them as part of the graph; the rest is plain data.
class FunctionNode final : public Node {
 public:
  static constexpr int kResult = -1, kOther = -2;
  struct Kept {
    int source;  // an input (>= 0), the result, or neither
    Array array;
    uint32_t version;
  };

  FunctionNode(std::shared_ptr<Function> function, std::vector<Kept> kept, const Array& output, uint32_t saved_outputs)
      : Node(function->name(), {&output, 1}, saved_outputs), function_(std::move(function)), kept_(std::move(kept)) {}

  Grads apply(const Grads& g) const override {
    FunctionContext context;
    for (const Kept& one : kept_) context.kept_.push_back(restored(one));
    for (size_t i = 0; i < num_inputs(); ++i) context.needs_.push_back(needs(i));
    Grads grads;
    for (Tensor& one : function_->backward(context, g[0])) grads.push_back(std::move(one));
    return grads;
  }

 private:
  Tensor restored(const Kept& kept) const {
    if (kept.source >= 0) return saved_input(static_cast<size_t>(kept.source));
    if (kept.source == kResult) return saved_output(0);
    if (kept.array.storage()->version() != kept.version)
      throw GradError(name(), fmt::format("a saved tensor of shape {} was changed in place after it was saved",
                                          kept.array.shape().str()));
    if (grad_enabled() && is_floating(kept.array.dtype()))
      throw GradError(
          name(), fmt::format("create_graph would take the saved {} tensor of shape {} for a constant, since it is "
                              "neither an input nor the result; compute it in backward() from those, or keep a true "
                              "constant in the Function itself",
                              lemma::name(kept.array.dtype()), kept.array.shape().str()));
    return Tensor(kept.array);
  }

  std::shared_ptr<Function> function_;
  std::vector<Kept> kept_;
};

Tensor apply(std::shared_ptr<Function> function, const std::vector<Tensor>& inputs) {
  if (!function) throw Error("apply", "the function is null; expected a Function, such as std::make_shared<Mine>()");
  const char* name = function->name();
  FunctionContext context;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined()) throw Error(name, fmt::format("input {} is undefined", i));
    context.needs_.push_back(grad_enabled() && inputs[i].requires_grad());
  }
  Tensor result;
  {
    NoGrad guard;
    result = function->forward(context, inputs);
  }
  if (!result.defined()) throw GradError(name, "forward returned an undefined tensor");
  const std::vector<TensorRef> refs(inputs.begin(), inputs.end());
  if (watcher) watcher->computed(name, refs, result.array());
  // Memory of its own: forward may have returned an input, or a view of one, whose gradient is not this rule's.
  Array output = result.array();
  for (const Tensor& input : inputs)
    if (input.array().storage() == output.storage()) {
      Array copy(output.shape(), output.dtype(), output.device());
      kernels::copy(copy, output);
      output = copy;
    }
  if (!Recorder::wanted(refs)) return Tensor(output);
  std::vector<FunctionNode::Kept> kept;
  uint32_t saved_inputs = 0, saved_outputs = 0;
  for (const Tensor& tensor : context.kept_) {
    int source = tensor.is_same(result) ? FunctionNode::kResult : FunctionNode::kOther;
    for (size_t i = 0; i < inputs.size(); ++i)
      if (tensor.is_same(inputs[i])) source = static_cast<int>(i);
    if (source >= 0)
      saved_inputs |= 1u << std::min(source, 31);
    else if (source == FunctionNode::kResult)
      saved_outputs = 1;
    kept.push_back({source, source == FunctionNode::kOther ? tensor.array() : Array(), tensor.version()});
  }
  Node* node = new FunctionNode(std::move(function), std::move(kept), output, saved_outputs);
  return Recorder::result(Recorder::connect(node, refs, saved_inputs), output);
}

}  // namespace lemma
