// Elementwise operations of two tensors, or of a tensor and a number.
#include <cmath>
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

namespace {
// As in PyTorch, the quotient of integers is a float32.
bool integers(const Tensor& x) { return x.defined() && x.dtype() == DType::int64; }
}  // namespace

/// y = a / b.    dL/da = g / b,  dL/db = -g (y / b): g / b may be infinite where y is 0
Tensor div(const Tensor& a, const Tensor& b) {
  if (integers(a) && integers(b)) return div(a.to(float32), b.to(float32));
  return binary("div", Binary::Div, a, b, [](const Tensor& g, In<1> rhs, For<1, Out> y) -> Grads {
    return {g / rhs, y.defined() ? -(g * (y / rhs)) : Tensor()};
  });
}

/// y = a^b.    dL/da = g b a^(b-1),  dL/db = g y log a, and 0 where a = 0 and b >= 0. In float64: one factor may be
/// beyond float32 where the product is not.
Tensor pow(const Tensor& a, const Tensor& b) {
  return binary(
      "pow", Binary::Pow, a, b,
      [](const Tensor& g, In<0> base, In<1> exponent) {
        const Tensor n = exponent.to(float64);
        return masked_fill((g.to(float64) * n * pow(base.to(float64), n - 1)).to(g.dtype()), eq(exponent.detach(), 0),
                           0);
      },
      [](const Tensor& g, In<0> base, In<1> exponent) {
        const Tensor zero = logical_and(eq(base.detach(), 0), ge(exponent.detach(), 0));
        return masked_fill(g * pow(base, exponent) * log(masked_fill(base, zero, 1)), zero, 0);
      });
}

namespace {
// For maximum and minimum: the gradient goes to the side that won, or half to each where they are equal.
// A NaN wins over all numbers.
using Better = Tensor (*)(const Tensor&, const Tensor&);
Tensor won(Better better, const Tensor& a, const Tensor& b) {
  return logical_or(better(a, b), logical_and(isnan(a), logical_not(isnan(b))));
}
Tensor share(const Tensor& g, Better better, const Tensor& mine, const Tensor& others) {
  return where(won(better, mine, others), g, where(won(better, others, mine), zeros_like(g), g * 0.5));
}
}  // namespace

/// y = max(a, b).    dL/da = g where a > b, g / 2 where a = b
Tensor maximum(const Tensor& a, const Tensor& b) {
  return binary(
      "maximum", Binary::Maximum, a, b,
      [](const Tensor& g, In<0> lhs, In<1> rhs) { return share(g, lemma::gt, lhs, rhs); },
      [](const Tensor& g, In<0> lhs, In<1> rhs) { return share(g, lemma::gt, rhs, lhs); });
}

/// y = min(a, b).    dL/da = g where a < b, g / 2 where a = b
Tensor minimum(const Tensor& a, const Tensor& b) {
  return binary(
      "minimum", Binary::Minimum, a, b,
      [](const Tensor& g, In<0> lhs, In<1> rhs) { return share(g, lemma::lt, lhs, rhs); },
      [](const Tensor& g, In<0> lhs, In<1> rhs) { return share(g, lemma::lt, rhs, lhs); });
}

// ---- With a number: it takes the tensor's dtype and is part of the rule, not of the graph ----

void check::whole(const char* op, DType dtype, const Shape& shape, const Number& value) {
  if (dtype == DType::int64 && !value.is_whole())
    throw DTypeError(
        op,
        fmt::format("the number {} is {}, and the tensor {} is int64; cast it with .to(float32)", value.str(),
                    std::fabs(value.to<double>()) < 0x1p63 ? "not an integer" : "beyond int64", shape.str()),
        {dtype});
}

void check::holds(const char* op, DType dtype, const Number& value) {
  // Where rounding ends: half a unit beyond the largest number.
  const double end = dtype == DType::float16 ? 65520 : dtype == DType::bfloat16 ? 0x1.ffp127 : 0x1.ffffffp127;
  const double x = std::fabs(value.to<double>());
  if (is_floating(dtype) && dtype != DType::float64 && std::isfinite(x) && x >= end)
    throw ValueError(op, fmt::format("the number {} is beyond {}, whose largest is {:.5g}", value.str(), name(dtype),
                                     dtype == DType::float16 ? 65504.0 : end));
}

Tensor add(const Tensor& a, Number b) {
  return with_number("add", Binary::Add, a, b, Side::second, [](const Tensor& g) { return g; });
}
Tensor sub(const Tensor& a, Number b) {
  return with_number("sub", Binary::Sub, a, b, Side::second, [](const Tensor& g) { return g; });
}
Tensor mul(const Tensor& a, Number b) {
  return with_number("mul", Binary::Mul, a, b, Side::second, [b](const Tensor& g) { return g * b; });
}
Tensor div(const Tensor& a, Number b) {
  if (integers(a)) return div(a.to(float32), b);
  return with_number("div", Binary::Div, a, b, Side::second, [b](const Tensor& g) { return g / b; });
}
Tensor rsub(Number a, const Tensor& b) {
  return with_number("sub", Binary::Sub, b, a, Side::first, [](const Tensor& g) { return -g; });
}
/// y = a / b.    dL/db = -g y / b
Tensor rdiv(Number a, const Tensor& b) {
  if (integers(b)) return rdiv(a, b.to(float32));
  if (mixed::widens(b)) return rdiv(a, mixed::wide(b));
  return with_number("div", Binary::Div, b, a, Side::first,
                     [](const Tensor& g, In<0> rhs, Out y) { return -(g * y / rhs); });
}
/// y = a^n.    dL/da = g n a^(n-1)
Tensor pow(const Tensor& a, Number exponent) {
  if (integers(a) && exponent.to<double>() < 0)
    throw ValueError("pow", fmt::format("integers have no power of {}; cast them with .to(float32)", exponent.str()));
  return with_number("pow", Binary::Pow, a, exponent, Side::second,
                     [n = exponent.to<double>()](const Tensor& g, In<0> base) -> Tensor {
                       if (n == 0) return zeros_like(g);
                       if (n == 1 || n == 2) return n == 1 ? g : g * base * 2;
                       return (g.to(float64) * n * pow(base.to(float64), n - 1)).to(g.dtype());
                     });
}

Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
Tensor operator-(const Tensor& x) { return neg(x); }
Tensor operator+(const Tensor& a, Number b) { return add(a, b); }
Tensor operator-(const Tensor& a, Number b) { return sub(a, b); }
Tensor operator*(const Tensor& a, Number b) { return mul(a, b); }
Tensor operator/(const Tensor& a, Number b) { return div(a, b); }
Tensor operator+(Number a, const Tensor& b) { return add(b, a); }
Tensor operator-(Number a, const Tensor& b) { return rsub(a, b); }
Tensor operator*(Number a, const Tensor& b) { return mul(b, a); }
Tensor operator/(Number a, const Tensor& b) { return rdiv(a, b); }

}  // namespace lemma
