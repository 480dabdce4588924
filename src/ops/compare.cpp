// Comparisons, logic and selection. Comparisons have no gradient; `where` sends it to the side that was taken.
#include <cmath>

#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "ops/check.h"
#include "ops/mixed.h"
#include "tape/record.h"

namespace lemma {
namespace {

Tensor compare(const char* op, Compare kernel, const Tensor& a, const Tensor& b) {
  check::defined(op, a);
  check::defined(op, b);
  if (mixed::promotes(a, b)) {
    const DType dtype = mixed::widest(a, b);
    return compare(op, kernel, cast(a, dtype), cast(b, dtype));
  }
  check::same_type(op, a, b);
  if (a.shape() == b.shape()) return Tensor(kernels::compare(kernel, a.array(), b.array()));
  const Shape shape = broadcast_shapes(op, a.shape(), b.shape());
  return Tensor(kernels::compare(kernel, a.array().expand(shape), b.array().expand(shape)));
}
// Integers beside a number that is none of them: x < 1.5 where x <= 1, and beyond int64 all are alike.
Tensor compare_with_fraction(Compare kernel, const Tensor& a, double b) {
  const bool nothing_equal = kernel == Compare::Eq || kernel == Compare::Ne;
  if (nothing_equal || std::isnan(b)) return full_like(a, kernel == Compare::Ne ? 1 : 0).to(boolean);
  const bool below = kernel == Compare::Lt || kernel == Compare::Le;
  if (b >= 0x1p63 || b < -0x1p63) return full_like(a, below == (b > 0) ? 1 : 0).to(boolean);
  return Tensor(kernels::compare(below ? Compare::Le : Compare::Gt, a.array(), Number(std::floor(b))));
}

Tensor compare(const char* op, Compare kernel, const Tensor& a, Number b) {
  check::defined(op, a);
  if (a.dtype() == DType::boolean && b != 0 && b != 1) return compare(op, kernel, a.to(int64), b);
  if (a.dtype() == DType::int64 && !b.is_whole()) return compare_with_fraction(kernel, a, b.to<double>());
  return Tensor(kernels::compare(kernel, a.array(), b));
}
// Numbers count as true where they are not 0.
Tensor truth(const char* op, const Tensor& x) {
  check::defined(op, x);
  return x.dtype() == DType::boolean ? x.detach() : compare(op, Compare::Ne, x.detach(), 0);
}
Tensor logical(const char* op, Compare kernel, const Tensor& a, const Tensor& b) {
  return compare(op, kernel, truth(op, a), truth(op, b));
}
// The operators are bitwise in PyTorch, so for bools alone.
Tensor of_bools(const char* op, Compare kernel, const Tensor& a, const Tensor& b) {
  check::boolean(op, "both inputs", a);
  check::boolean(op, "both inputs", b);
  return compare(op, kernel, a, b);
}

}  // namespace

Tensor eq(const Tensor& a, const Tensor& b) { return compare("eq", Compare::Eq, a, b); }
Tensor ne(const Tensor& a, const Tensor& b) { return compare("ne", Compare::Ne, a, b); }
Tensor lt(const Tensor& a, const Tensor& b) { return compare("lt", Compare::Lt, a, b); }
Tensor le(const Tensor& a, const Tensor& b) { return compare("le", Compare::Le, a, b); }
Tensor gt(const Tensor& a, const Tensor& b) { return compare("gt", Compare::Gt, a, b); }
Tensor ge(const Tensor& a, const Tensor& b) { return compare("ge", Compare::Ge, a, b); }
Tensor eq(const Tensor& a, Number b) { return compare("eq", Compare::Eq, a, b); }
Tensor ne(const Tensor& a, Number b) { return compare("ne", Compare::Ne, a, b); }
Tensor lt(const Tensor& a, Number b) { return compare("lt", Compare::Lt, a, b); }
Tensor le(const Tensor& a, Number b) { return compare("le", Compare::Le, a, b); }
Tensor gt(const Tensor& a, Number b) { return compare("gt", Compare::Gt, a, b); }
Tensor ge(const Tensor& a, Number b) { return compare("ge", Compare::Ge, a, b); }
Tensor logical_and(const Tensor& a, const Tensor& b) { return logical("logical_and", Compare::And, a, b); }
Tensor logical_or(const Tensor& a, const Tensor& b) { return logical("logical_or", Compare::Or, a, b); }
Tensor logical_xor(const Tensor& a, const Tensor& b) { return logical("logical_xor", Compare::Xor, a, b); }
Tensor logical_not(const Tensor& a) { return compare("logical_not", Compare::Eq, truth("logical_not", a), 0); }
Tensor isnan(const Tensor& x) {
  check::defined("isnan", x);
  return Tensor(kernels::compare(Compare::Ne, x.array(), x.array()));
}

/// y = condition ? a : b.    dL/da = g where the condition holds, dL/db = g where it does not
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  check::boolean("where", "the condition", condition);
  check::defined("where", a);
  check::defined("where", b);
  if (mixed::promotes(a, b)) {
    const DType dtype = mixed::widest(a, b);
    return where(condition, cast(a, dtype), cast(b, dtype));
  }
  check::same_type("where", a, b);
  check::same_device("where", "the condition", condition, "lhs", a);
  const Shape shape = broadcast_shapes("where", condition.shape(), broadcast_shapes("where", a.shape(), b.shape()));
  const Tensor c = broadcast_to(condition, shape), x = broadcast_to(a, shape), y = broadcast_to(b, shape);
  return record(
      "where", {c, x, y}, kernels::select(c.array(), x.array(), y.array()), no_gradient,
      [](const Tensor& g, In<0> taken) { return where(taken, g, zeros_like(g)); },
      [](const Tensor& g, In<0> taken) { return where(taken, zeros_like(g), g); });
}

namespace {
Tensor number_beside(const Tensor& x, const Number& number) {
  check::defined("where", x);
  return full({}, number, {.dtype = x.dtype(), .device = x.device()});
}
}  // namespace
Tensor where(const Tensor& condition, const Tensor& a, Number b) { return where(condition, a, number_beside(a, b)); }
Tensor where(const Tensor& condition, Number a, const Tensor& b) { return where(condition, number_beside(b, a), b); }

/// y = mask ? value : x.    dL/dx = g where the mask is false
Tensor masked_fill(const Tensor& x, const Tensor& mask, Number value) {
  check::defined("masked_fill", x);
  check::boolean("masked_fill", "the mask", mask);
  check::same_device("masked_fill", "the input", x, "the mask", mask);
  if (broadcast_shapes("masked_fill", x.shape(), mask.shape()) != x.shape())
    throw ShapeError("masked_fill",
                     fmt::format("the mask of shape {} does not broadcast to {}", mask.shape().str(), x.shape().str()),
                     {x.shape(), mask.shape()});
  check::whole("masked_fill", x, value);
  check::holds("masked_fill", x.dtype(), value);
  const Tensor m = broadcast_to(mask, x.shape());
  return record(
      "masked_fill", {x, m}, kernels::select(m.array(), value, x.array()),
      [](const Tensor& g, In<1> filled) { return masked_fill(g, filled, 0); }, no_gradient);
}

bool all(const Tensor& x) {
  check::boolean("all", "the input", x);
  return x.numel() == 0 || amin(x.to(int64), {}).item() != 0;
}
bool any(const Tensor& x) {
  check::boolean("any", "the input", x);
  return x.numel() != 0 && amax(x.to(int64), {}).item() != 0;
}

bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol) {
  if (a.shape() != b.shape()) return false;
  check::same_type("allclose", a, b);
  const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
  for (size_t i = 0; i < x.size(); ++i)
    if (x[i] != y[i] && (std::isinf(y[i]) || !(std::fabs(x[i] - y[i]) <= atol + rtol * std::fabs(y[i])))) return false;
  return true;
}
bool equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() && all(eq(a.detach(), b.detach()));
}

Tensor operator==(const Tensor& a, const Tensor& b) { return eq(a, b); }
Tensor operator!=(const Tensor& a, const Tensor& b) { return ne(a, b); }
Tensor operator<(const Tensor& a, const Tensor& b) { return lt(a, b); }
Tensor operator<=(const Tensor& a, const Tensor& b) { return le(a, b); }
Tensor operator>(const Tensor& a, const Tensor& b) { return gt(a, b); }
Tensor operator>=(const Tensor& a, const Tensor& b) { return ge(a, b); }
Tensor operator==(const Tensor& a, Number b) { return eq(a, b); }
Tensor operator!=(const Tensor& a, Number b) { return ne(a, b); }
Tensor operator<(const Tensor& a, Number b) { return lt(a, b); }
Tensor operator<=(const Tensor& a, Number b) { return le(a, b); }
Tensor operator>(const Tensor& a, Number b) { return gt(a, b); }
Tensor operator>=(const Tensor& a, Number b) { return ge(a, b); }
Tensor operator==(Number a, const Tensor& b) { return eq(b, a); }
Tensor operator!=(Number a, const Tensor& b) { return ne(b, a); }
Tensor operator<(Number a, const Tensor& b) { return gt(b, a); }
Tensor operator<=(Number a, const Tensor& b) { return ge(b, a); }
Tensor operator>(Number a, const Tensor& b) { return lt(b, a); }
Tensor operator>=(Number a, const Tensor& b) { return le(b, a); }
Tensor operator&(const Tensor& a, const Tensor& b) { return of_bools("logical_and", Compare::And, a, b); }
Tensor operator|(const Tensor& a, const Tensor& b) { return of_bools("logical_or", Compare::Or, a, b); }
Tensor operator^(const Tensor& a, const Tensor& b) { return of_bools("logical_xor", Compare::Xor, a, b); }
Tensor operator~(const Tensor& mask) {
  check::boolean("logical_not", "the input", mask);
  return logical_not(mask);
}

}  // namespace lemma
