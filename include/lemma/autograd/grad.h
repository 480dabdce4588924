#pragma once
/// Derivatives with respect to chosen tensors; Tensor::backward() gives those of all leaves.

#include <concepts>
#include <vector>

#include "lemma/tensor.h"

namespace lemma {

struct GradOptions {
  bool retain_graph = false;  ///< keep saved values for another backward pass; implied by create_graph
  bool create_graph = false;  ///< record the backward pass itself, so that it can be differentiated again
  bool allow_unused = false;  ///< an input that the outputs do not depend on gives an undefined tensor, not an error
};

/// d(sum of outputs * grad_outputs) / d(inputs), without touching any .grad.
/// grad_outputs may be empty when every output has one element.
std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options = {}, const std::vector<Tensor>& grad_outputs = {});
/// One output, one input. A template, so that `grad({y}, {x})` still means the lists above.
template <std::same_as<Tensor> T>
Tensor grad(const T& output, const T& input, const GradOptions& options = {}) {
  return grad(std::vector<Tensor>{output}, std::vector<Tensor>{input}, options)[0];
}

}  // namespace lemma
