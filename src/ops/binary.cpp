// Elementwise operations of two tensors. Unequal shapes meet in recorded expand views, so rules never see them.
#include <utility>

#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "ops/broadcast.h"
#include "ops/check.h"
#include "ops/mixed.h"
#include "tape/record.h"

namespace lemma {
namespace {

// check -> broadcast -> kernel -> record. What a product keeps depends on which side wants a gradient.
template <class... Rules>
Tensor binary(const char* op, Binary kernel, const Tensor& a, const Tensor& b, Rules... rules) {
  check::numeric(op, a);
  check::numeric(op, b);
  if (mixed::promotes(a, b)) {
    const DType dtype = mixed::widest(a, b);
    return binary(op, kernel, cast(a, dtype), cast(b, dtype), rules...);
  }
  check::same_type(op, a, b);
  if (kernel == Binary::Div || kernel == Binary::Pow) check::floating(op, a);
  const auto run = [&](const Tensor& x, const Tensor& y) {
    return record(op, {x, y}, kernels::binary(kernel, x.array(), y.array()), rules...);
  };
  if (a.shape() == b.shape()) return run(a, b);
  const Shape shape = broadcast_shapes(op, a.shape(), b.shape());
  return run(broadcast_to(a, shape), broadcast_to(b, shape));
}

}  // namespace

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
  if (mixed::widens(a) || mixed::widens(b)) return pow(mixed::wide(a), mixed::wide(b));
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
// Of maximum and minimum: the gradient goes to the side that won, half of it to each of two equals.
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

namespace {
Array copied(const Array& a, DType dtype) {
  Array out(a.shape(), dtype, a.device());
  kernels::copy(out, a);
  return out;
}
bool fits(DType half, double b) {
  const float x = static_cast<float>(b);
  return static_cast<double>(half == DType::float16 ? static_cast<float>(Half(x)) : static_cast<float>(BFloat16(x))) ==
         b;
}
// a op b, or b op a. A number that a half type does not hold exactly meets it in float32: 1 / 0.9 is not to be 1.109.
Array with_scalar(const char* op, Binary kernel, const Tensor& a, double b, bool number_first = false) {
  check::numeric(op, a);
  const bool through_float = is_half(a.dtype()) && !fits(a.dtype(), b);
  const Tensor wide = through_float ? Tensor(copied(a.array(), DType::float32)) : a;
  const Array number = scalar_array(op, wide, b);
  const Array y =
      number_first ? kernels::binary(kernel, number, wide.array()) : kernels::binary(kernel, wide.array(), number);
  return through_float ? copied(y, a.dtype()) : y;
}
}  // namespace

Tensor add(const Tensor& a, double b) {
  return record("add", {a}, with_scalar("add", Binary::Add, a, b), [](const Tensor& g) { return g; });
}
Tensor sub(const Tensor& a, double b) {
  return record("sub", {a}, with_scalar("sub", Binary::Sub, a, b), [](const Tensor& g) { return g; });
}
Tensor mul(const Tensor& a, double b) {
  return record("mul", {a}, with_scalar("mul", Binary::Mul, a, b), [b](const Tensor& g) { return g * b; });
}
Tensor div(const Tensor& a, double b) {
  check::floating("div", a);
  return record("div", {a}, with_scalar("div", Binary::Div, a, b), [b](const Tensor& g) { return g / b; });
}
Tensor rsub(double a, const Tensor& b) {
  check::numeric("sub", b);
  return record("sub", {b}, with_scalar("sub", Binary::Sub, b, a, true), [](const Tensor& g) { return -g; });
}
/// y = a / b.    dL/db = -g y / b
Tensor rdiv(double a, const Tensor& b) {
  if (mixed::widens(b)) return rdiv(a, mixed::wide(b));
  check::floating("div", b);
  return record("div", {b}, with_scalar("div", Binary::Div, b, a, true),
                [](const Tensor& g, In<0> rhs, Out y) { return -(g * y / rhs); });
}
/// y = a^n.    dL/da = g n a^(n-1)
Tensor pow(const Tensor& a, double n) {
  if (mixed::widens(a)) return pow(mixed::wide(a), n);
  check::floating("pow", a);
  return record("pow", {a}, with_scalar("pow", Binary::Pow, a, n),
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
