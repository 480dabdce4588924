// Activations: compositions that do not overflow far out, with PyTorch's gradients at the kinks.
#include <cmath>

#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/rounded_once.h"

namespace lemma {

Tensor silu(const Tensor& x) {
  check::floating("silu", x);
  return rounded_once(
      "silu", [](const Tensor& w) { return w * sigmoid(w); }, x);
}

Tensor mish(const Tensor& x) {
  check::floating("mish", x);
  return rounded_once(
      "mish", [](const Tensor& w) { return w * tanh(softplus(w)); }, x);
}

/// log(1 / (1 + e^-x)) = -log(1 + e^-x)
Tensor log_sigmoid(const Tensor& x) {
  check::floating("log_sigmoid", x);
  return rounded_once(
      "log_sigmoid", [](const Tensor& w) { return -softplus(-w); }, x);
}

Tensor leaky_relu(const Tensor& x, double negative_slope) {
  const Composition result("leaky_relu");
  check::floating("leaky_relu", x);
  return result(where(gt(x.detach(), 0), x, x * negative_slope));
}

/// e^x overflows where x is large and positive, which is the side not taken, so it is clipped first.
Tensor elu(const Tensor& x, double alpha) {
  check::floating("elu", x);
  return rounded_once(
      "elu", [&](const Tensor& w) { return relu(w) + expm1(masked_fill(w, gt(w.detach(), 0), 0)) * alpha; }, x);
}

Tensor celu(const Tensor& x, double alpha) {
  if (alpha == 0) throw ValueError("celu", "alpha cannot be 0: x is divided by it");
  check::floating("celu", x);
  return rounded_once(
      "celu", [&](const Tensor& w) { return relu(w) + expm1(masked_fill(w, gt(w.detach(), 0), 0) / alpha) * alpha; },
      x);
}

/// With these constants the outputs of a deep network keep mean 0 and variance 1. Source: Klambauer et al.,
/// "Self-normalizing neural networks", 2017.
Tensor selu(const Tensor& x) {
  constexpr double kAlpha = 1.6732632423543772848170429916717, kScale = 1.0507009873554804934193349852946;
  check::floating("selu", x);
  return rounded_once(
      "selu", [](const Tensor& w) { return elu(w, kAlpha) * kScale; }, x);
}

// Unlike clamp's, PyTorch's gradient here is 0 on the bounds too.
Tensor hardtanh(const Tensor& x, double low, double high) {
  const Composition result("hardtanh");
  check::numeric("hardtanh", x);
  if (low > high) throw ValueError("hardtanh", fmt::format("low {} is above high {}", low, high));
  return result(masked_fill(masked_fill(x, le(x.detach(), low), low), ge(x.detach(), high), high));
}
Tensor relu6(const Tensor& x) {
  const Composition result("relu6");
  check::numeric("relu6", x);
  return result(hardtanh(x, 0, 6));
}

Tensor hardsigmoid(const Tensor& x) {
  check::floating("hardsigmoid", x);
  return rounded_once(
      "hardsigmoid", [](const Tensor& w) { return relu6(w + 3) / 6; }, x);
}

Tensor hardswish(const Tensor& x) {
  check::floating("hardswish", x);
  return rounded_once(
      "hardswish", [](const Tensor& w) { return w * relu6(w + 3) / 6; }, x);
}

Tensor glu(const Tensor& x, int64_t dim) {
  check::floating("glu", x);
  const int d = normalize_dim("glu", dim, x.shape());
  const int64_t half = x.size(d) / 2;
  if (2 * half != x.size(d))
    throw ShapeError("glu", fmt::format("dim {} of {} is odd; expected two halves", d, x.shape().str()), {x.shape()});
  return rounded_once(
      "glu", [](const Tensor& a, const Tensor& b) { return a * sigmoid(b); }, narrow(x, d, 0, half),
      narrow(x, d, half, half));
}

Tensor softmin(const Tensor& x, int64_t dim) {
  const Composition result("softmin");
  check::floating("softmin", x);
  return result(softmax(-x, dim));
}

}  // namespace lemma
