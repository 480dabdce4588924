// Elementwise operations of two tensors, or of a tensor and a number.
#include <utility>

#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "ops/elementwise.h"

namespace lemma {

/// y = a + b.    dL/da = g,  dL/db = g
Tensor add(const Tensor& a, const Tensor& b) {
  return binary(
      "add", Binary::Add, a, b, [](const Tensor& g) { return g; }, [](const Tensor& g) { return g; });
}

/// y = a - b.    dL/da = g,  dL/db = -g
Tensor sub(const Tensor& a, const Tensor& b) {
  return binary(
      "sub", Binary::Sub, a, b, [](const Tensor& g) { return g; }, [](const Tensor& g) { return -g; });
}

/// y = a b.    dL/da = g b,  dL/db = g a
Tensor mul(const Tensor& a, const Tensor& b) {
  return binary(
      "mul", Binary::Mul, a, b, [](const Tensor& g, In<1> rhs) { return g * rhs; },
      [](const Tensor& g, In<0> lhs) { return g * lhs; });
}

/// y = a / b.    dL/da = g / b,  dL/db = -g y / b
Tensor div(const Tensor& a, const Tensor& b) {
  return binary("div", Binary::Div, a, b, [](const Tensor& g, In<1> rhs, For<1, Out> y) -> Grads {
    const Tensor da = g / rhs;
    return {da, y.defined() ? -(da * y) : Tensor()};
  });
}

/// y = a^b.    dL/da = g b a^(b-1),  dL/db = g y log a, and 0 where a = 0
Tensor pow(const Tensor& a, const Tensor& b) {
  return binary(
      "pow", Binary::Pow, a, b,
      [](const Tensor& g, In<0> base, In<1> exponent) {
        return masked_fill(g * exponent * pow(base, exponent - 1), eq(exponent.detach(), 0), 0);
      },
      [](const Tensor& g, In<0> base, In<1> exponent) {
        const Tensor zero = eq(base.detach(), 0);
        return masked_fill(g * pow(base, exponent) * log(masked_fill(base, zero, 1)), zero, 0);
      });
}

namespace {
// For maximum and minimum: the gradient goes to the side that won, or half to each where they are equal.
Tensor share(const Tensor& g, const Tensor& wins, const Tensor& loses) {
  return where(wins, g, where(loses, zeros_like(g), g * 0.5));
}
}  // namespace

/// y = max(a, b).    dL/da = g where a > b, g / 2 where a = b
Tensor maximum(const Tensor& a, const Tensor& b) {
  return binary(
      "maximum", Binary::Maximum, a, b,
      [](const Tensor& g, In<0> lhs, In<1> rhs) { return share(g, gt(lhs, rhs), lt(lhs, rhs)); },
      [](const Tensor& g, In<0> lhs, In<1> rhs) { return share(g, lt(lhs, rhs), gt(lhs, rhs)); });
}

/// y = min(a, b).    dL/da = g where a < b, g / 2 where a = b
Tensor minimum(const Tensor& a, const Tensor& b) {
  return binary(
      "minimum", Binary::Minimum, a, b,
      [](const Tensor& g, In<0> lhs, In<1> rhs) { return share(g, lt(lhs, rhs), gt(lhs, rhs)); },
      [](const Tensor& g, In<0> lhs, In<1> rhs) { return share(g, gt(lhs, rhs), lt(lhs, rhs)); });
}

// ---- With a number: it takes the tensor's dtype and is part of the rule, not of the graph ----

void check::whole(const char* op, const Tensor& x, double value) {
  if (x.dtype() == DType::int64 && value != static_cast<double>(static_cast<int64_t>(value)))
    throw DTypeError(
        op,
        fmt::format("the number {} is not an integer, and the tensor {} is int64; cast it with .to(float32)", value,
                    x.shape().str()),
        {x.dtype()});
}

Tensor add(const Tensor& a, double b) {
  return with_number("add", Binary::Add, a, b, Number::second, [](const Tensor& g) { return g; });
}
Tensor sub(const Tensor& a, double b) {
  return with_number("sub", Binary::Sub, a, b, Number::second, [](const Tensor& g) { return g; });
}
Tensor mul(const Tensor& a, double b) {
  return with_number("mul", Binary::Mul, a, b, Number::second, [b](const Tensor& g) { return g * b; });
}
Tensor div(const Tensor& a, double b) {
  return with_number("div", Binary::Div, a, b, Number::second, [b](const Tensor& g) { return g / b; });
}
Tensor rsub(double a, const Tensor& b) {
  return with_number("sub", Binary::Sub, b, a, Number::first, [](const Tensor& g) { return -g; });
}
/// y = a / b.    dL/db = -g y / b
Tensor rdiv(double a, const Tensor& b) {
  if (mixed::widens(b)) return rdiv(a, mixed::wide(b));
  return with_number("div", Binary::Div, b, a, Number::first,
                     [](const Tensor& g, In<0> rhs, Out y) { return -(g * y / rhs); });
}
/// y = a^n.    dL/da = g n a^(n-1)
Tensor pow(const Tensor& a, double n) {
  return with_number("pow", Binary::Pow, a, n, Number::second,
                     [n](const Tensor& g, In<0> base) { return n == 0 ? zeros_like(g) : g * (pow(base, n - 1) * n); });
}

Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
Tensor operator-(const Tensor& x) { return neg(x); }
Tensor operator+(const Tensor& a, double b) { return add(a, b); }
Tensor operator-(const Tensor& a, double b) { return sub(a, b); }
Tensor operator*(const Tensor& a, double b) { return mul(a, b); }
Tensor operator/(const Tensor& a, double b) { return div(a, b); }
Tensor operator+(double a, const Tensor& b) { return add(b, a); }
Tensor operator-(double a, const Tensor& b) { return rsub(a, b); }
Tensor operator*(double a, const Tensor& b) { return mul(b, a); }
Tensor operator/(double a, const Tensor& b) { return rdiv(a, b); }

}  // namespace lemma
