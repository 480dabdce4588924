// Whole numbers nearby. They are flat between their steps, so their gradients are 0.
#include <cmath>

#include "lemma/ops.h"
#include "ops/elementwise.h"
#include "ops/rounded_once.h"

namespace lemma {
namespace {

// Integers are whole already.
Tensor whole(const char* op, Unary kernel, const Tensor& x) {
  check::numeric(op, x);
  if (!is_floating(x.dtype())) return clone(x);
  return record(op, {x}, kernels::unary(kernel, x.array()), [](const Tensor& g) { return zeros_like(g); });
}

}  // namespace

Tensor floor(const Tensor& x) { return whole("floor", Unary::Floor, x); }
Tensor ceil(const Tensor& x) { return whole("ceil", Unary::Ceil, x); }
Tensor trunc(const Tensor& x) { return whole("trunc", Unary::Trunc, x); }
Tensor round(const Tensor& x, int64_t decimals) {
  if (decimals == 0) return whole("round", Unary::Round, x);
  check::floating("round", x);
  if (decimals < (x.dtype() == DType::float64 ? -308 : -38)) return masked_fill(x, isfinite(x), 0);
  const double scale = std::pow(10.0, static_cast<double>(std::abs(decimals)));
  const auto scaled = [&](const Tensor& u) {  // not to be rounded to a half type on the way
    if (decimals < 0) return round(u / scale) * scale;
    const Tensor large = u * scale;  // where that overflows, u has no digit so far behind the point
    return where(isfinite(large), round(large) / scale, u.detach());
  };
  return rounded_once("round", scaled, x);
}

/// y = x - trunc x.    dL/dx = g
Tensor frac(const Tensor& x) {
  check::floating("frac", x);
  return x - trunc(x.detach());
}

}  // namespace lemma
