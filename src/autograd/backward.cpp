// The public ways into the engine: Tensor::backward and grad().

#include <fmt/format.h>

#include "autograd/engine.h"
#include "lemma/autograd/grad.h"

namespace lemma {
namespace {

Tensor seed_gradient(const char* op, const Tensor& output, const Tensor& gradient) {
  if (!output.defined()) throw GradError(op, "the tensor is undefined");
  if (!output.requires_grad())
    throw GradError(op, fmt::format("the tensor of shape {} does not depend on anything that requires a gradient; set "
                                    "requires_grad on the inputs, and compute outside of NoGrad",
                                    output.shape().str()));
  if (!gradient.defined()) {
    if (output.numel() != 1)
      throw GradError(op, fmt::format("needs a scalar, got shape {}; pass a gradient, or reduce with sum() or mean()",
                                      output.shape().str()));
    return ones_like(output).detach();
  }
  if (gradient.shape() != output.shape())
    throw ShapeError(
        op, fmt::format("the gradient has shape {}, the tensor {}", gradient.shape().str(), output.shape().str()),
        {gradient.shape(), output.shape()});
  if (gradient.dtype() != output.dtype())
    throw DTypeError(op, fmt::format("the gradient is {}, the tensor {}", name(gradient.dtype()), name(output.dtype())),
                     {gradient.dtype(), output.dtype()});
  if (gradient.device() != output.device())
    throw DeviceError(
        op, fmt::format("the gradient is on {}, the tensor on {}", gradient.device().str(), output.device().str()),
        {gradient.device(), output.device()});
  return gradient;
}

}  // namespace

void Tensor::backward(const Tensor& gradient, bool retain_graph) const {
  engine::run({{*this, seed_gradient("backward", *this, gradient)}}, {}, {.retain_graph = retain_graph}, true);
}

std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOutputs& given, const GradOptions& options) {
  const std::vector<Tensor>& grad_outputs = given.tensors;
  if (!grad_outputs.empty() && grad_outputs.size() != outputs.size())
    throw GradError("grad", fmt::format("{} grad_outputs for {} outputs", grad_outputs.size(), outputs.size()));
  std::vector<engine::Root> roots;
  for (size_t i = 0; i < outputs.size(); ++i)
    roots.push_back({outputs[i], seed_gradient("grad", outputs[i], grad_outputs.empty() ? Tensor() : grad_outputs[i])});
  std::vector<const void*> targets;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined() || !inputs[i].requires_grad())
      throw GradError("grad", fmt::format("input {} does not require a gradient", i));
    targets.push_back(engine::key_of(*inputs[i].impl()));
  }
  std::vector<Tensor> results = engine::run(roots, targets, options, false);
  for (size_t i = 0; i < results.size(); ++i)
    if (!results[i].defined() && !options.allow_unused)
      throw GradError(
          "grad",
          fmt::format("the outputs do not depend on input {} of shape {}; pass allow_unused if that is intended", i,
                      inputs[i].shape().str()));
  return results;
}

}  // namespace lemma
