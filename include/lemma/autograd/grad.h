#pragma once
/// Derivatives with respect to chosen tensors; Tensor::backward() gives those of all leaves.

#include <concepts>
#include <initializer_list>
#include <utility>
#include <vector>

#include "lemma/tensor.h"

namespace lemma {

struct GradOptions {
  bool retain_graph = false;  ///< keep saved values for another backward pass; implied by create_graph
  bool create_graph = false;  ///< record the backward pass itself, so that it can be differentiated again
  bool allow_unused = false;  ///< an input that the outputs do not depend on gives an undefined tensor, not an error
};

/// The gradients that a walk starts from: a list of tensors, or a vector of them. (A bare vector could be taken for
/// options.)
struct GradOutputs {
  std::vector<Tensor> tensors;
  GradOutputs(std::initializer_list<Tensor> list) : tensors(list) {}   // NOLINT: implicit on purpose
  GradOutputs(std::vector<Tensor> list) : tensors(std::move(list)) {}  // NOLINT
};

/// d(sum of outputs * grad_outputs) / d(inputs), without touching any .grad.
/// grad_outputs may be empty when every output has one element.
std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOutputs& grad_outputs, const GradOptions& options = {});
inline std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                                const GradOptions& options = {}) {
  return grad(outputs, inputs, GradOutputs({}), options);
}
/// One output, one input. Templates, so that `grad({y}, {x})` still means the lists above.
template <std::same_as<Tensor> T>
Tensor grad(const T& output, const T& input, const T& grad_output, const GradOptions& options = {}) {
  return grad(std::vector<Tensor>{output}, std::vector<Tensor>{input}, GradOutputs{grad_output}, options)[0];
}
template <std::same_as<Tensor> T>
Tensor grad(const T& output, const T& input, const GradOptions& options = {}) {
  return grad(std::vector<Tensor>{output}, std::vector<Tensor>{input}, options)[0];
}

}  // namespace lemma
