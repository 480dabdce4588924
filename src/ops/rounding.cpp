// Whole numbers nearby. They are flat between their steps, so their gradients are 0.
#include <cmath>

#include "lemma/ops.h"
#include "ops/elementwise.h"
#include "ops/mixed.h"

namespace lemma {
namespace {

// Integers are whole already.
Tensor whole(const char* op, Unary kernel, const Tensor& x) {
  check::numeric(op, x);
  if (!is_floating(x.dtype())) return clone(x);
  return record(op, {x}, kernels::unary(kernel, x.array()), [](const Tensor& g) { return zeros_like(g); });
}

}  // namespace

Tensor ceil(const Tensor& x) { return whole("ceil", Unary::Ceil, x); }
Tensor trunc(const Tensor& x) { return whole("trunc", Unary::Trunc, x); }
Tensor round(const Tensor& x, int64_t decimals) {
  if (decimals == 0) return whole("round", Unary::Round, x);
  check::floating("round", x);
  if (mixed::is_half(x)) return cast(round(mixed::wide(x), decimals), x.dtype());  // x scale is not to be rounded
  const double scale = std::pow(10.0, static_cast<double>(std::abs(decimals)));
  return decimals > 0 ? round(x * scale) / scale : round(x / scale) * scale;
}

/// y = x - trunc x.    dL/dx = g
Tensor frac(const Tensor& x) {
  check::floating("frac", x);
  return x - trunc(x.detach());
}

}  // namespace lemma
