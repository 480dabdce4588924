// Compositions: built from the primitives alone, and differentiated through them.
#include <cmath>
#include <numbers>

#include "lemma/ops.h"
#include "lemma/random.h"
#include "lemma/tape/grad_mode.h"
#include "ops/check.h"
#include "ops/rounded_once.h"

namespace lemma {

Tensor clamp(const Tensor& x, Number low, Number high) {
  const Composition result("clamp");
  return result(clamp_max(clamp_min(x, low), high));
}

/// y_i = e^(x_i - m) / sum_j e^(x_j - m) with m = max x, detached: softmax does not change when all inputs move
/// together.
Tensor softmax(const Tensor& input, int64_t dim) {
  Composition result("softmax");
  const Tensor x = result.wide(input);
  check::floating("softmax", x);
  if (check::is_number("softmax", x, dim)) return result(ones_like(x) + x * 0);
  const int d = normalize_dim("softmax", dim, x.shape());
  if (x.numel() == 0) return result(x);
  const Tensor top = amax(x.detach(), d, true);
  const Tensor empty = eq(top, -INFINITY);                     // rows that hold nothing but -inf
  const Tensor e = exp(x - masked_fill(top, empty, 0));        // 0 everywhere in an empty row,
  return result(e / (sum(e, d, true) + empty.to(x.dtype())));  // divided by 1
}

Tensor log_softmax(const Tensor& input, int64_t dim) {
  Composition result("log_softmax");
  const Tensor x = result.wide(input);
  check::floating("log_softmax", x);
  if (check::is_number("log_softmax", x, dim)) return result(x * 0);
  const int d = normalize_dim("log_softmax", dim, x.shape());
  if (x.numel() == 0) return result(x + 0);
  const Tensor shifted = x - amax(x.detach(), d, true);
  return result(shifted - log(sum(exp(shifted), d, true)));
}

Tensor gelu(const Tensor& x) {
  check::floating("gelu", x);
  return rounded_once(
      "gelu", [](const Tensor& u) { return u * 0.5 * (1 + erf(u * (1 / std::numbers::sqrt2))); }, x);
}

Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask,
                                    double dropout_p, bool is_causal, double scale, Tensor* weights) {
  const Composition result("scaled_dot_product_attention");
  if (mixed::halves({&q, &k, &v}))
    return scaled_dot_product_attention(mixed::halved(q), mixed::halved(k), mixed::halved(v), mask, dropout_p,
                                        is_causal, scale, weights);
  check::floating("scaled_dot_product_attention", q);
  check::defined("scaled_dot_product_attention", k);
  check::defined("scaled_dot_product_attention", v);
  if (q.dim() < 2 || k.dim() < 2 || v.dim() < 2 || q.size(-1) != k.size(-1) || k.size(-2) != v.size(-2))
    throw ShapeError("scaled_dot_product_attention",
                     fmt::format("q {}, k {}, v {} do not fit; expected (..., Tq, E), (..., Tk, E), (..., Tk, Ev)",
                                 q.shape().str(), k.shape().str(), v.shape().str()),
                     {q.shape(), k.shape(), v.shape()});
  const auto scaled = [&](const Tensor& x) {
    return scale == 0 ? x / std::sqrt(static_cast<double>(q.size(-1))) : x * scale;
  };
  const bool half = mixed::is_half(q);  // then q is scaled first: the product's sums could overflow
  Tensor scores = matmul(half ? scaled(q) : q, transpose(k, -2, -1));  // (..., Tq, Tk)
  if (!half) scores = scaled(scores);
  if (is_causal) {
    const Tensor lower = tril(ones({scores.size(-2), scores.size(-1)}, {.device = q.device()})).to(boolean);
    scores = masked_fill(scores, logical_not(lower), -INFINITY);
  }
  if (mask.defined()) {
    check::boolean("scaled_dot_product_attention", "the mask", mask);
    scores = masked_fill(scores, logical_not(mask), -INFINITY);
  }
  const Tensor attention = softmax(scores, -1);  // (..., Tq, Tk)
  if (weights) *weights = attention;
  return result(matmul(dropout(attention, dropout_p, dropout_p > 0), v));  // (..., Tq, Ev)
}

/// y = x keep / (1 - p) with keep = 1 where a uniform number is at least p.
Tensor dropout(const Tensor& x, double p, bool training) {
  const Composition result("dropout");
  check::floating("dropout", x);
  if (!(p >= 0 && p <= 1)) throw ValueError("dropout", fmt::format("p must be in [0, 1], got {}", p));
  if (!training || p == 0) return x;
  if (p == 1) return result(x * 0);
  const Tensor keep = ge(rand(x.shape(), {.dtype = float32, .device = x.device()}), p);
  return result(where(keep, x * (1 / (1 - p)), zeros({}, {.dtype = x.dtype(), .device = x.device()})));
}

}  // namespace lemma
