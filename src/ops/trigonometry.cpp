// Angles and hyperbolic functions.
#include "lemma/ops.h"
#include "ops/elementwise.h"

namespace lemma {

/// y = tan x.    dL/dx = g (1 + y^2)
Tensor tan(const Tensor& x) {
  return unary("tan", Unary::Tan, x, [](const Tensor& g, Out y) { return g * (1 + square(y)); });
}

/// y = arcsin x.    dL/dx = g / sqrt(1 - x^2)
Tensor asin(const Tensor& x) {
  return unary("asin", Unary::Asin, x, [](const Tensor& g, In<0> at) { return g * rsqrt(1 - square(at)); });
}

/// y = arccos x.    dL/dx = -g / sqrt(1 - x^2)
Tensor acos(const Tensor& x) {
  return unary("acos", Unary::Acos, x, [](const Tensor& g, In<0> at) { return -(g * rsqrt(1 - square(at))); });
}

/// y = arctan x.    dL/dx = g / (1 + x^2)
Tensor atan(const Tensor& x) {
  return unary("atan", Unary::Atan, x, [](const Tensor& g, In<0> at) { return g / (1 + square(at)); });
}

/// y = (e^x - e^-x) / 2.    dL/dx = g cosh x
Tensor sinh(const Tensor& x) {
  return unary("sinh", Unary::Sinh, x, [](const Tensor& g, In<0> at) { return g * cosh(at); });
}

/// y = (e^x + e^-x) / 2.    dL/dx = g sinh x
Tensor cosh(const Tensor& x) {
  return unary("cosh", Unary::Cosh, x, [](const Tensor& g, In<0> at) { return g * sinh(at); });
}

/// y = log(x + sqrt(x^2 + 1)).    dL/dx = g / sqrt(x^2 + 1)
Tensor asinh(const Tensor& x) {
  return unary("asinh", Unary::Asinh, x, [](const Tensor& g, In<0> at) { return g * rsqrt(square(at) + 1); });
}

/// y = log(x + sqrt(x^2 - 1)).    dL/dx = g / sqrt(x^2 - 1)
Tensor acosh(const Tensor& x) {
  return unary("acosh", Unary::Acosh, x, [](const Tensor& g, In<0> at) { return g * rsqrt(square(at) - 1); });
}

/// y = log((1 + x) / (1 - x)) / 2.    dL/dx = g / (1 - x^2)
Tensor atanh(const Tensor& x) {
  return unary("atanh", Unary::Atanh, x, [](const Tensor& g, In<0> at) { return g / (1 - square(at)); });
}

namespace {
// 1 instead of 0, so that dividing by it is harmless; no gradient there.
Tensor or_one(const Tensor& length) { return masked_fill(length, eq(length.detach(), 0), 1); }
}  // namespace

/// The angle of the point (x, y).    dL/dy = g x / h^2,  dL/dx = -g y / h^2 with h = hypot(x, y); 0 at the origin
Tensor atan2(const Tensor& y, const Tensor& x) {
  return binary(
      "atan2", Binary::Atan2, y, x,
      [](const Tensor& g, In<0> a, In<1> b) {
        const Tensor h = or_one(hypot(a, b));
        return g * (b / h / h);  // twice: h^2 may overflow
      },
      [](const Tensor& g, In<0> a, In<1> b) {
        const Tensor h = or_one(hypot(a, b));
        return -(g * (a / h / h));
      });
}

/// y = sqrt(a^2 + b^2).    dL/da = g a / y,  dL/db = g b / y; 0 where y = 0
Tensor hypot(const Tensor& a, const Tensor& b) {
  return binary(
      "hypot", Binary::Hypot, a, b, [](const Tensor& g, In<0> lhs, Out y) { return g * (lhs / or_one(y)); },
      [](const Tensor& g, In<1> rhs, Out y) { return g * (rhs / or_one(y)); });
}

}  // namespace lemma
