// Elementwise operations of one tensor: formula, forward and gradient in one place.
#include <numbers>

#include "lemma/ops.h"
#include "ops/elementwise.h"

namespace lemma {

/// y = -x.    dL/dx = -g
Tensor neg(const Tensor& x) {
  return unary("neg", Unary::Neg, x, [](const Tensor& g) { return -g; });
}

/// y = |x|.    dL/dx = g sign(x)
Tensor abs(const Tensor& x) {
  return unary("abs", Unary::Abs, x, [](const Tensor& g, In<0> at) { return g * sign(at); });
}

/// y = sign(x).    dL/dx = 0
Tensor sign(const Tensor& x) {
  return unary("sign", Unary::Sign, x, [](const Tensor& g) { return zeros_like(g); });
}

/// y = e^x.    dL/dx = g y
Tensor exp(const Tensor& x) {
  return unary("exp", Unary::Exp, x, [](const Tensor& g, Out y) { return g * y; });
}

/// y = log x.    dL/dx = g / x
Tensor log(const Tensor& x) {
  return unary("log", Unary::Log, x, [](const Tensor& g, In<0> at) { return g / at; });
}

/// y = log(1 + x).    dL/dx = g / (1 + x)
Tensor log1p(const Tensor& x) {
  return unary("log1p", Unary::Log1p, x, [](const Tensor& g, In<0> at) { return g / (1 + at); });
}

/// y = sqrt x.    dL/dx = g / (2 y)
Tensor sqrt(const Tensor& x) {
  return unary("sqrt", Unary::Sqrt, x, [](const Tensor& g, Out y) { return g / (2 * y); });
}

/// y = 1 / sqrt x.    dL/dx = -g y^3 / 2
Tensor rsqrt(const Tensor& x) {
  return unary("rsqrt", Unary::Rsqrt, x, [](const Tensor& g, Out y) { return g * (y * y * y) * -0.5; });
}

/// y = sin x.    dL/dx = g cos x
Tensor sin(const Tensor& x) {
  return unary("sin", Unary::Sin, x, [](const Tensor& g, In<0> at) { return g * cos(at); });
}

/// y = cos x.    dL/dx = -g sin x
Tensor cos(const Tensor& x) {
  return unary("cos", Unary::Cos, x, [](const Tensor& g, In<0> at) { return -(g * sin(at)); });
}

/// y = tanh x.    dL/dx = g (1 - y^2)
Tensor tanh(const Tensor& x) {
  return unary("tanh", Unary::Tanh, x, [](const Tensor& g, Out y) { return g * (1 - y * y); });
}

/// y = 1 / (1 + e^-x).    dL/dx = g y (1 - y)
Tensor sigmoid(const Tensor& x) {
  return unary("sigmoid", Unary::Sigmoid, x, [](const Tensor& g, Out y) { return g * (y * (1 - y)); });
}

/// y = max(x, 0).    dL/dx = g where y > 0
Tensor relu(const Tensor& x) {
  return unary("relu", Unary::Relu, x, [](const Tensor& g, Out y) { return masked_fill(g, le(y.detach(), 0), 0); });
}

/// y = 2/sqrt(pi) integral_0^x e^(-t^2) dt.    dL/dx = g 2/sqrt(pi) e^(-x^2)
Tensor erf(const Tensor& x) {
  return unary("erf", Unary::Erf, x,
               [](const Tensor& g, In<0> at) { return g * (exp(-square(at)) * (2 * std::numbers::inv_sqrtpi)); });
}

/// y = 1 / x.    dL/dx = -g y^2
Tensor reciprocal(const Tensor& x) {
  return unary("reciprocal", Unary::Reciprocal, x, [](const Tensor& g, Out y) { return -(g * square(y)); });
}

/// y = x^2.    dL/dx = 2 g x
Tensor square(const Tensor& x) {
  return unary("square", Unary::Square, x, [](const Tensor& g, In<0> at) { return g * at * 2; });
}

}  // namespace lemma
