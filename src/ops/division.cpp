// Division with a remainder. Dividing integers by 0 is an error; floating-point numbers give inf or NaN.
#include "lemma/ops.h"
#include "ops/elementwise.h"

namespace lemma {
namespace {

template <class... Rules>
Tensor divided(const char* op, Binary kernel, const Tensor& a, const Tensor& b, Rules... rules) {
  check::numeric(op, b);
  if (b.dtype() == DType::int64 && any(eq(b.detach(), 0)))
    throw ValueError(op, fmt::format("the int64 divisor {} holds a 0; floating-point numbers would give inf or NaN",
                                     b.shape().str()));
  return binary(op, kernel, a, b, rules...);
}
template <class... Rules>
Tensor divided(const char* op, Binary kernel, const Tensor& a, Number b, Rules... rules) {
  check::numeric(op, a);
  if (a.dtype() == DType::int64 && b == 0)
    throw ValueError(op, "the int64 divisor is 0; floating-point numbers would give inf or NaN");
  return with_number(op, kernel, a, b, Side::second, rules...);
}

}  // namespace

/// y = a - b trunc(a / b), with a's sign.    dL/da = g,  dL/db = -g trunc(a / b)
Tensor fmod(const Tensor& a, const Tensor& b) {
  return divided(
      "fmod", Binary::Fmod, a, b, [](const Tensor& g) { return g; },
      [](const Tensor& g, In<0> lhs, In<1> rhs) { return -(g * trunc(lhs.detach() / rhs.detach())); });
}

/// y = a - b floor(a / b), with b's sign.    dL/da = g,  dL/db = -g floor(a / b)
Tensor remainder(const Tensor& a, const Tensor& b) {
  return divided(
      "remainder", Binary::Remainder, a, b, [](const Tensor& g) { return g; },
      [](const Tensor& g, In<0> lhs, In<1> rhs) { return -(g * floor_divide(lhs.detach(), rhs.detach())); });
}

/// y = floor(a / b).    dL/da = dL/db = 0
Tensor floor_divide(const Tensor& a, const Tensor& b) {
  const auto flat = [](const Tensor& g) { return zeros_like(g); };
  return divided("floor_divide", Binary::FloorDivide, a, b, flat, flat);
}

Tensor fmod(const Tensor& a, Number b) {
  return divided("fmod", Binary::Fmod, a, b, [](const Tensor& g) { return g; });
}
Tensor remainder(const Tensor& a, Number b) {
  return divided("remainder", Binary::Remainder, a, b, [](const Tensor& g) { return g; });
}
Tensor floor_divide(const Tensor& a, Number b) {
  return divided("floor_divide", Binary::FloorDivide, a, b, [](const Tensor& g) { return zeros_like(g); });
}

Tensor true_divide(const Tensor& a, const Tensor& b) { return div(a, b); }
Tensor true_divide(const Tensor& a, Number b) { return div(a, b); }

Tensor div(const Tensor& a, const Tensor& b, const std::string& rounding_mode) {
  if (rounding_mode == "floor") return floor_divide(a, b);
  if (rounding_mode != "trunc")
    throw ValueError("div", fmt::format("rounding_mode '{}' is neither 'floor' nor 'trunc'", rounding_mode));
  check::numeric("div", a);
  if (!is_floating(a.dtype())) return floor_divide(a - fmod(a, b), b);
  // y = trunc(a / b).    dL/da = dL/db = 0: said here, since 0 times the infinite slope of a / b would be NaN.
  return record(
      "div", {a, b}, trunc(a.detach() / b.detach()).array(), [](const Tensor&, In<0> lhs) { return zeros_like(lhs); },
      [](const Tensor&, In<1> rhs) { return zeros_like(rhs); });
}
Tensor div(const Tensor& a, Number b, const std::string& rounding_mode) {
  check::numeric("div", a);
  check::whole("div", a, b);
  return div(a, full({}, b, {.dtype = a.dtype(), .device = a.device()}), rounding_mode);
}

}  // namespace lemma
