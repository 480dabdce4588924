// Gradients compared with central differences.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lemma/autograd/grad.h"
#include "lemma/autograd/gradcheck.h"
#include "lemma/ops.h"
#include "lemma/random.h"
#include "lemma/tape/grad_mode.h"

namespace lemma {
namespace {

using Fn = std::function<Tensor(const std::vector<Tensor>&)>;

// sum(f(x) * c): a random projection, since a plain sum hides errors that cancel.
Tensor projected(const Fn& f, const std::vector<Tensor>& inputs, const Tensor& c) { return sum(f(inputs) * c); }

std::vector<Tensor> fresh_leaves(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> leaves;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined()) throw GradError("gradcheck", fmt::format("input {} is undefined", i));
    const bool differentiable = is_floating(inputs[i].dtype());
    if (differentiable && inputs[i].dtype() != DType::float64)
      throw DTypeError("gradcheck",
                       fmt::format("input {} is {}; differences need float64", i, name(inputs[i].dtype())));
    Tensor leaf = inputs[i].detach();  // keeps the layout: strides and offset are part of the check
    leaves.push_back(differentiable ? leaf.requires_grad_() : leaf);
  }
  return leaves;
}

// The projection with element `at` of input `i` moved by delta. The moved copy is contiguous, whatever the input's
// layout.
double value_moved(const Fn& f, const std::vector<Tensor>& inputs, size_t i, int64_t at, double delta,
                   const Tensor& c) {
  NoGrad guard;
  std::vector<Tensor> moved = inputs;
  std::vector<double> values = inputs[i].to_vector<double>();
  values[static_cast<size_t>(at)] += delta;
  moved[i] = from_data(values.data(), inputs[i].shape(), {.device = inputs[i].device()});
  return projected(f, moved, c).item();
}

}  // namespace

GradCheckResult gradcheck(const Fn& f, const std::vector<Tensor>& inputs, const GradCheckOptions& options) {
  if (!(options.eps > 0 && std::isfinite(options.eps)))
    throw ValueError("gradcheck", fmt::format("eps is {}; expected a step above 0", options.eps));
  if (!(options.rtol > 0 && options.atol >= 0))
    throw ValueError("gradcheck", fmt::format("rtol is {}, atol is {}; expected a tolerance above 0, and 0 or more",
                                              options.rtol, options.atol));
  GradCheckResult result;
  EnableGrad grad_on;
  const std::vector<Tensor> leaves = fresh_leaves(inputs);
  const Tensor probe = f(leaves);
  if (probe.dtype() != DType::float64)
    throw DTypeError("gradcheck", fmt::format("the function returned {}, not float64", name(probe.dtype())));
  Generator generator{options.seed, 0};
  const TensorOptions like{.dtype = float64, .device = probe.device()};
  const Tensor c = rand(probe.shape(), like, &generator) + 0.5;  // away from 0, so that no entry is hidden
  const Tensor signs = where(lt(rand(probe.shape(), like, &generator), 0.5), -ones_like(c), ones_like(c));
  const Tensor weights = c * signs;
  std::vector<Tensor> wanted;
  std::vector<size_t> index;
  for (size_t i = 0; i < leaves.size(); ++i)
    if (leaves[i].requires_grad()) {
      wanted.push_back(leaves[i]);
      index.push_back(i);
    }
  const Tensor loss = projected(f, leaves, weights);
  std::vector<Tensor> grads(wanted.size());
  if (loss.requires_grad()) grads = grad({loss}, wanted, {.allow_unused = true});
  for (size_t k = 0; k < wanted.size(); ++k) {
    const std::vector<double> analytic = grads[k].defined()
                                             ? grads[k].to_vector<double>()
                                             : std::vector<double>(static_cast<size_t>(wanted[k].numel()), 0.0);
    const std::vector<double> at = wanted[k].to_vector<double>();
    double scale = 0;
    for (double a : analytic) scale = std::max(scale, std::fabs(a));
    for (size_t e = 0; e < at.size(); ++e) {
      // Fourth-order differences: the error of the plain one, h^2 f'''/6, would drown a tolerance of 1e-6 for steep
      // functions.
      const double h = options.eps * std::max(1.0, std::fabs(at[e]));
      const auto v = [&](double delta) {
        return value_moved(f, leaves, index[k], static_cast<int64_t>(e), delta, weights);
      };
      const double numeric = (8 * (v(h) - v(-h)) - (v(2 * h) - v(-2 * h))) / (12 * h);
      const double magnitude =
          std::max({std::fabs(analytic[e]), std::fabs(numeric), scale, options.atol / options.rtol});
      const double error = std::fabs(analytic[e] - numeric) / magnitude;
      const bool bad = !(error <= options.rtol);
      if ((bad && result.ok) || error > result.max_error) {
        result.max_error = error;
        result.input = index[k];
        result.element = static_cast<int64_t>(e);
        result.analytic = analytic[e];
        result.numeric = numeric;
      }
      if (bad) result.ok = false;
    }
  }
  result.message =
      fmt::format("{}: largest relative error {:.2e}, at element {} of input {}: analytic {:.10g}, numeric {:.10g}",
                  result.ok ? "gradients agree" : "GRADIENTS DIFFER", result.max_error, result.element, result.input,
                  result.analytic, result.numeric);
  return result;
}

GradCheckResult gradgradcheck(const Fn& f, const std::vector<Tensor>& inputs, const GradCheckOptions& options) {
  // The function checked is the gradient of sum(f(x) * c) with respect to all inputs, joined into one vector.
  const Fn gradient = [&](const std::vector<Tensor>& x) {
    EnableGrad grad_on;
    std::vector<Tensor> leaves = x, wanted;
    for (Tensor& leaf : leaves) {
      if (!is_floating(leaf.dtype())) continue;
      if (!leaf.requires_grad()) leaf = leaf.detach().requires_grad_();
      wanted.push_back(leaf);
    }
    const Tensor y = f(leaves);
    Generator generator{options.seed + 1, 0};
    const Tensor c = rand(y.shape(), {.dtype = float64, .device = y.device()}, &generator) + 0.5;
    const Tensor loss = sum(y * c);
    std::vector<Tensor> parts;
    if (loss.requires_grad())
      for (const Tensor& g : grad({loss}, wanted, {.create_graph = true, .allow_unused = true}))
        if (g.defined()) parts.push_back(reshape(g, {-1}));
    return parts.empty() ? zeros({1}, {.dtype = float64}) : cat(parts);
  };
  return gradcheck(gradient, inputs, options);
}

}  // namespace lemma
