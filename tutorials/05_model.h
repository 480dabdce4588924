#pragma once
/// Attention as tutorial 05 builds it, and the model that answers questions about drawers with it.

#include <functional>

#include "recall.h"

namespace tutorial {

/// Rows are tokens. q: (..., Tq, d), k: (..., Tk, d). Row i of the result: how much token i takes from every token.
inline Tensor attention_weights(const Tensor& q, const Tensor& k) {
  const double root = std::sqrt(static_cast<double>(k.size(-1)));
  return softmax(matmul(q, k.transpose(-2, -1)) / root, -1);  // (..., Tq, Tk), each row adds up to 1
}

/// v: (..., Tk, dv) -> (..., Tq, dv)
inline Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v) { return matmul(attention_weights(q, k), v); }

/// dL/dQ, dL/dK, dL/dV from g = dL/dY, for matrices: what the tape does, by hand.
inline std::vector<Tensor> attend_gradients(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& g) {
  const double root = std::sqrt(static_cast<double>(k.size(-1)));
  const Tensor p = attention_weights(q, k);            // (Tq, Tk)
  const Tensor dp = matmul(g, v.t());                  // (Tq, Tk), from Y = P V
  const Tensor ds = p * (dp - (p * dp).sum(1, true));  // (Tq, Tk), the gradient of softmax from step 04
  return {matmul(ds, k) / root, matmul(ds.t(), q) / root, matmul(p.t(), g)};
}

/// Reads five tokens, the drawers and the question, and answers. `way` computes the weights: attention or, to compare,
/// something else.
struct Reader : nn::Module {
  using Weights = std::function<Tensor(const Tensor& q, const Tensor& k)>;
  explicit Reader(int64_t width, Weights way = attention_weights) : d(width), weights_from(std::move(way)) {}

  Tensor embed(const Drawers& in) const { return letters(in.letters) + numbers(in.numbers); }            // (B, 5, d)
  Tensor weights(const Drawers& in) const { return weights_from(queries(embed(in)), keys(embed(in))); }  // (B, 5, 5)
  Tensor operator()(const Drawers& in) const {
    const Tensor y = matmul(weights(in), values(embed(in)));  // (B, 5, d)
    return read(y.select(1, kDrawers));                       // the question's row, (B, d) -> (B, 8)
  }

  int64_t d;
  Weights weights_from;
  nn::Embedding letters = child(this, "letters", kDrawers, d), numbers = child(this, "numbers", kNumbers + 1, d);
  nn::Linear queries = child(this, "queries", d, d, false), keys = child(this, "keys", d, d, false);
  nn::Linear values = child(this, "values", d, d, false), read = child(this, "read", d, kNumbers);
};

/// The same weight for every token: what comes out is the mean of the values.
inline Tensor equal_weights(const Tensor& q, const Tensor& k) {
  return softmax(zeros_like(matmul(q, k.transpose(-2, -1))), -1);
}

}  // namespace tutorial
