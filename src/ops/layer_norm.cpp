// Norms over the last dims: every token is brought to one scale, on its own.
#include <cmath>

#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/rounded_once.h"

namespace lemma {

namespace {

// The dims that are normalized: the last of x, which must be `shape`; the factors have that shape.
Dims last_dims(const char* op, const Tensor& x, const Shape& shape, const Tensor& weight, const Tensor& bias) {
  check::floating(op, x);
  Dims dims;
  bool fits = shape.rank() >= 1 && shape.rank() <= x.dim();
  for (int i = 0; fits && i < shape.rank(); ++i) {
    const int d = x.dim() - shape.rank() + i;
    fits = x.shape()[d] == shape[i];
    dims.push_back(d);
  }
  if (!fits)
    throw ShapeError(op, fmt::format("the last dims of {} are not {}", x.shape().str(), shape.str()),
                     {x.shape(), shape});
  for (const Tensor* t : {&weight, &bias})
    if (t->defined() && t->shape() != shape)
      throw ShapeError(op,
                       fmt::format("{} {} does not have the shape {} that is normalized",
                                   t == &weight ? "the weight" : "the bias", t->shape().str(), shape.str()),
                       {t->shape(), shape});
  return dims;
}

// x / sqrt(mean(x^2) + eps)
Tensor to_unit_scale(const Tensor& x, const Dims& dims, double eps) {
  const Tensor square_mean = mean(square(x), dims, true);
  const Tensor floor = square_mean.detach() * 0 + eps;  // NaN where the squares overflow: 1 / inf would make 0 of a row
  return x * rsqrt(square_mean + floor);
}

// Beside a half input, which is now float32, factors may be halves too.
Tensor beside(const Tensor& input, const Tensor& factor) {
  return mixed::is_half(input) ? mixed::wide(factor) : factor;
}

// The smallest step at 1: a float of p bits has 2^(1 - p).
double step_at_one(DType dtype) {
  return std::ldexp(1.0, dtype == float64 ? -52 : dtype == float32 ? -23 : dtype == float16 ? -10 : -7);
}

void check_eps(const char* op, double eps) {
  if (!(eps >= 0)) throw ValueError(op, fmt::format("eps is {}; it must be 0 or more", eps));
}

}  // namespace

Tensor layer_norm(const Tensor& input, const Shape& normalized_shape, const Tensor& weight, const Tensor& bias,
                  double eps) {
  check_eps("layer_norm", eps);
  Composition result("layer_norm");
  const Tensor x = result.wide(input);
  const Dims dims = last_dims("layer_norm", x, normalized_shape, weight, bias);
  Tensor y = to_unit_scale(x - mean(x, dims, true), dims, eps);
  if (weight.defined()) y = y * beside(input, weight);
  return result(bias.defined() ? y + beside(input, bias) : y);
}

Tensor rms_norm(const Tensor& input, const Shape& normalized_shape, const Tensor& weight, double eps) {
  check_eps("rms_norm", eps);
  Composition result("rms_norm");
  const Tensor x = result.wide(input);
  const Dims dims = last_dims("rms_norm", x, normalized_shape, weight, {});
  const Tensor y = to_unit_scale(x, dims, eps == 0 ? step_at_one(input.dtype()) : eps);
  return result(weight.defined() ? y * beside(input, weight) : y);
}

}  // namespace lemma
