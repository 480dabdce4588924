// The user's own operations.
#include <fmt/format.h>

#include "lemma/tape/function.h"
#include "lemma/tape/grad_mode.h"
#include "tape/record.h"

namespace lemma {
namespace {

// Where a saved tensor came from: an input (>= 0), the result, or neither. Values of inputs and the result stay with
// the node, which re-makes them as part of the graph; the rest is plain data.
constexpr int kResult = -1, kOther = -2;
struct Kept {
  int source;
  Array array;
  uint32_t version;
};

Tensor restore(const Kept& kept, const char* name, const Node& node) {
  if (kept.source >= 0) return node.input(static_cast<size_t>(kept.source));
  if (kept.source == kResult) return node.output();
  if (kept.array.storage()->version() != kept.version)
    throw GradError(name, fmt::format("a saved tensor of shape {} was changed in place after it was saved",
                                      kept.array.shape().str()));
  return Tensor(kept.array);
}

}  // namespace

Tensor apply(std::shared_ptr<Function> function, const std::vector<Tensor>& inputs) {
  const char* name = function->name();
  for (size_t i = 0; i < inputs.size(); ++i)
    if (!inputs[i].defined()) throw Error(name, fmt::format("input {} is undefined", i));
  FunctionContext forward_context;
  Tensor result;
  {
    NoGrad guard;
    result = function->forward(forward_context, inputs);
  }
  if (!result.defined()) throw GradError(name, "forward returned an undefined tensor");
  std::vector<Kept> kept;
  uint32_t save = 0;
  for (const Tensor& tensor : forward_context.kept_) {
    int source = tensor.is_same(result) ? kResult : kOther;
    for (size_t i = 0; i < inputs.size(); ++i)
      if (tensor.is_same(inputs[i])) source = static_cast<int>(i);
    save |= source >= 0 ? 2u << std::min(source, 30) : source == kResult ? 1u : 0u;
    kept.push_back({source, source == kOther ? tensor.array() : Array(), tensor.version()});
  }
  // A fresh handle: forward may have returned one of its inputs.
  const Array output = result.array();
  std::vector<TensorRef> refs(inputs.begin(), inputs.end());
  return record(
      name, std::span<const TensorRef>(refs), output,
      [function, kept, name](const Tensor& g, const Node& node) -> Grads {
        FunctionContext context;
        for (const Kept& one : kept) context.kept_.push_back(restore(one, name, node));
        for (size_t i = 0; i < node.num_inputs(); ++i) context.needs_.push_back(node.needs(i));
        const std::vector<Tensor> gradients = function->backward(context, g);
        Grads grads;
        for (const Tensor& one : gradients) grads.push_back(one);
        return grads;
      },
      static_cast<Save>(save));
}

}  // namespace lemma
