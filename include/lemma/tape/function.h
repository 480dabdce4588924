#pragma once
/// The user's own operations.

#include <memory>
#include <vector>

#include "lemma/tensor.h"

namespace lemma {

/// What a Function keeps from forward to backward. Save tensors here and nowhere else, or the graph leaks.
class FunctionContext {
 public:
  /// In forward: values that backward needs. Inputs and the result stay part of the graph, others are plain data.
  void save_for_backward(const std::vector<Tensor>& tensors) { kept_ = tensors; }
  /// In backward: the saved tensors. Throws GradError if one has been changed in place since.
  const std::vector<Tensor>& saved() const { return kept_; }
  /// Whether anybody wants the gradient of this input. Throws IndexError where there is no such input.
  bool needs_input_grad(size_t input) const;

 private:
  friend class FunctionNode;
  friend Tensor apply(std::shared_ptr<class Function> function, const std::vector<Tensor>& inputs);
  std::vector<Tensor> kept_;
  std::vector<bool> needs_;
};

// clang-format off
/// An operation with a hand-written gradient:
/// ```
/// struct Cube : Function {
///   const char* name() const override { return "cube"; }
///   Tensor forward(FunctionContext& ctx, const std::vector<Tensor>& in) override {
///     ctx.save_for_backward({in[0]});
///     return in[0] * in[0] * in[0];
///   }
///   std::vector<Tensor> backward(FunctionContext& ctx, const Tensor& grad) override {
///     const Tensor x = ctx.saved()[0];
///     return {grad * 3.0 * x * x};
///   }
/// };
/// Tensor y = lemma::apply(std::make_shared<Cube>(), {x});
/// ```
/// forward runs unrecorded. backward returns one gradient per input (undefined for none), of the input's shape, written in
/// tensor operations, so that it can be differentiated again. A floating tensor that is saved and is neither an input nor
/// the result is a constant to that second derivative, so create_graph refuses it.
// clang-format on
class Function {
 public:
  virtual ~Function() = default;
  virtual const char* name() const { return "function"; }
  virtual Tensor forward(FunctionContext& ctx, const std::vector<Tensor>& inputs) = 0;  ///< y = f(inputs)
  /// dL/dinput of each, from dL/dy.
  virtual std::vector<Tensor> backward(FunctionContext& ctx, const Tensor& grad) = 0;
};
/// Computes y, and records it under the name of the function. Throws Error for an undefined input.
Tensor apply(std::shared_ptr<Function> function, const std::vector<Tensor>& inputs);

}  // namespace lemma
