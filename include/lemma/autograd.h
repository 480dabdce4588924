#pragma once
/// The tape: how results remember what made them, and how gradients flow back.

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lemma/tensor.h"

namespace lemma {

// ---- Grad mode ----

/// False inside a NoGrad block of this thread: operations then record nothing.
bool grad_enabled();

/// While it lives, nothing is recorded: `{ NoGrad guard; weight.add_(grad, -lr); }`
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool previous_;
};

/// Turns recording on again inside a NoGrad block.
class EnableGrad {
 public:
  EnableGrad();
  ~EnableGrad();
  EnableGrad(const EnableGrad&) = delete;
  EnableGrad& operator=(const EnableGrad&) = delete;

 private:
  bool previous_;
};

// ---- Walking the tape ----

struct GradOptions {
  bool retain_graph = false;  ///< keep saved values for another walk; implied by create_graph
  bool create_graph = false;  ///< record the walk itself, so that it can be differentiated again
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

// ---- The user's own operations ----

/// What a Function keeps between forward and backward. Save tensors here and nowhere else, or the graph leaks.
class FunctionContext {
 public:
  /// In forward: values that backward needs. Inputs and the result stay part of the graph.
  void save_for_backward(const std::vector<Tensor>& tensors) { kept_ = tensors; }
  /// In backward: the saved tensors. Throws GradError if one was changed in place since.
  const std::vector<Tensor>& saved() const { return kept_; }
  /// In backward: whether anybody wants the gradient of this input.
  bool needs_input_grad(size_t input) const { return needs_[input]; }

 private:
  friend Tensor apply(std::shared_ptr<class Function> function, const std::vector<Tensor>& inputs);
  std::vector<Tensor> kept_;
  std::vector<bool> needs_;
};

/// An operation with a hand-written gradient:
///   struct Cube : Function {
///     const char* name() const override { return "cube"; }
///     Tensor forward(FunctionContext& ctx, const std::vector<Tensor>& in) override { ctx.save_for_backward({in[0]});
///     return in[0] * in[0] * in[0]; } std::vector<Tensor> backward(FunctionContext& ctx, const Tensor& grad) override
///     { auto x = ctx.saved()[0]; return {grad * 3.0 * x * x}; }
///   };
///   Tensor y = apply(std::make_shared<Cube>(), {x});
/// Inputs that stand in a variable need `lemma::apply(f, inputs)`, since std::apply would be found as well.
/// forward runs unrecorded. backward returns one gradient per input (undefined: none), of the input's shape.
class Function {
 public:
  virtual ~Function() = default;
  virtual const char* name() const { return "function"; }
  virtual Tensor forward(FunctionContext& ctx, const std::vector<Tensor>& inputs) = 0;
  virtual std::vector<Tensor> backward(FunctionContext& ctx, const Tensor& grad) = 0;
};
Tensor apply(std::shared_ptr<Function> function, const std::vector<Tensor>& inputs);

// ---- Finding where a NaN began ----

/// While it lives, the first operation whose result or gradient holds a NaN or Inf throws GradError naming the
/// operation, the shapes of its inputs, the chain of operations before it and the functions it was called from. Slow:
/// for debugging.
class DetectAnomaly {
 public:
  DetectAnomaly();
  ~DetectAnomaly();
  DetectAnomaly(const DetectAnomaly&) = delete;
  DetectAnomaly& operator=(const DetectAnomaly&) = delete;
  static bool enabled();

 private:
  bool previous_;
};

// ---- Checking gradients ----

struct GradCheckOptions {
  double eps = 1e-6;   ///< step of the central difference, scaled by max(1, |x|)
  double rtol = 1e-6;  ///< |analytic - numeric| <= rtol * max(|analytic|, |numeric|, scale of this input's gradient)
  double atol = 1e-8;
  uint64_t seed = 1;  ///< of the random projection c in sum(y * c)
};

struct GradCheckResult {
  bool ok = true;
  double max_error = 0;              ///< the largest relative error met
  size_t input = 0;                  ///< where it was: which input,
  int64_t element = 0;               ///< which element of it (row-major),
  double analytic = 0, numeric = 0;  ///< and the two values
  std::string message;               ///< the same as a sentence
  explicit operator bool() const { return ok; }
};

/// Compares every entry of the gradient of sum(f(inputs) * c) with central differences. Inputs must be float64.
GradCheckResult gradcheck(const std::function<Tensor(const std::vector<Tensor>&)>& f, const std::vector<Tensor>& inputs,
                          const GradCheckOptions& options = {});
/// The same for the gradient itself: second derivatives.
GradCheckResult gradgradcheck(const std::function<Tensor(const std::vector<Tensor>&)>& f,
                              const std::vector<Tensor>& inputs, const GradCheckOptions& options = {});

// ---- Seeing the graph ----

/// The graph behind `root` as an indented text tree: operation, shape, small values, gradients (kept ones), bytes held.
std::string explain(const Tensor& root);
/// The graph in Graphviz's language: value and d(root)/d(node) in each node, and on each edge between numbers the
/// derivative of the result with respect to that input. Draw it with `dot -Tsvg`. Runs the derivatives itself; leaves
/// every .grad alone.
std::string to_dot(const Tensor& root);
/// Gives a tensor a name for explain() and to_dot(). Returns it.
Tensor named(const Tensor& x, const std::string& name);

}  // namespace lemma
