// Exponentials and logarithms besides exp and log: other bases, exact near 0, and sums inside a logarithm.
#include <cmath>
#include <numbers>

#include "lemma/ops.h"
#include "ops/elementwise.h"

namespace lemma {

/// y = e^x - 1.    dL/dx = g e^x; y + 1 would have lost what is left of it far below 0
Tensor expm1(const Tensor& x) {
  return unary("expm1", Unary::Expm1, x, [](const Tensor& g, In<0> at) { return g * exp(at); });
}

/// y = 2^x.    dL/dx = g y log 2
Tensor exp2(const Tensor& x) {
  return unary("exp2", Unary::Exp2, x, [](const Tensor& g, Out y) { return g * (y * std::numbers::ln2); });
}

/// y = log x / log 2.    dL/dx = g / (x log 2)
Tensor log2(const Tensor& x) {
  return unary("log2", Unary::Log2, x, [](const Tensor& g, In<0> at) { return g / (at * std::numbers::ln2); });
}

/// y = log x / log 10.    dL/dx = g / (x log 10)
Tensor log10(const Tensor& x) {
  return unary("log10", Unary::Log10, x, [](const Tensor& g, In<0> at) { return g / (at * std::numbers::ln10); });
}

/// y = 1 - erf x.    dL/dx = -g 2/sqrt(pi) e^(-x^2)
Tensor erfc(const Tensor& x) {
  return unary("erfc", Unary::Erfc, x,
               [](const Tensor& g, In<0> at) { return g * (exp(-square(at)) * (-2 * std::numbers::inv_sqrtpi)); });
}

/// y = log(1 + e^x).    dL/dx = g sigmoid(x)
Tensor softplus(const Tensor& x) {
  return unary("softplus", Unary::Softplus, x, [](const Tensor& g, In<0> at) { return g * sigmoid(at); });
}

namespace {
// How far a is above b; equal infinities are 0 apart, though their difference is NaN.
Tensor distance(const Tensor& a, const Tensor& b) {
  const Tensor same = logical_and(eq(a.detach(), b.detach()), isinf(a));
  return masked_fill(a, same, 0) - masked_fill(b, same, 0);
}
}  // namespace

/// y = log(e^a + e^b).    dL/da = g sigmoid(a - b),  dL/db = g sigmoid(b - a)
Tensor logaddexp(const Tensor& a, const Tensor& b) {
  return binary(
      "logaddexp", Binary::Logaddexp, a, b,
      [](const Tensor& g, In<0> lhs, In<1> rhs) { return g * sigmoid(distance(lhs, rhs)); },
      [](const Tensor& g, In<0> lhs, In<1> rhs) { return g * sigmoid(distance(rhs, lhs)); });
}

}  // namespace lemma
