#pragma once
/// Attention sees a set of tokens without order; these layers add the order.

#include "lemma/nn/activation.h"
#include "lemma/nn/embedding.h"

namespace lemma::nn {

/// P[t][2i] = sin(t / 10000^(2i/D)), P[t][2i+1] = cos(the same) for t = first, first + 1, ...: (T, D), float32. An odd
/// D lacks the last cosine. Throws ValueError for a negative `first`. Vaswani et al., 2017, section 3.5.
Tensor sinusoidal_positions(int64_t length, int64_t d_model, int64_t first = 0);

/// y = dropout(x + P[first:first+T]). x: (B, T, D), the tokens first, first + 1, ...: behind a key-value cache `first`
/// is its length. The table is a buffer "pe" (max_len, D). Throws ShapeError when first + T > max_len, ValueError for a
/// negative `first`.
class PositionalEncoding : public Layer {
 public:
  explicit PositionalEncoding(int64_t d_model, double dropout_p = 0.1, int64_t max_len = 5000);
  using Layer::operator();
  /// x: (B, T, D), whose first token has the position `first`. Errors as above.
  Tensor operator()(const Tensor& x, int64_t first) const;
  Tensor forward(const Tensor& x) const override;

  Tensor pe;
  Dropout dropout;
};

/// The same with a learned table: "embedding.weight" (max_len, D), N(0, 0.02^2).
class LearnedPositions : public Layer {
 public:
  explicit LearnedPositions(int64_t d_model, double dropout_p = 0.1, int64_t max_len = 512);
  using Layer::operator();
  /// x: (B, T, D), whose first token has the position `first`. Errors as above.
  Tensor operator()(const Tensor& x, int64_t first) const;
  Tensor forward(const Tensor& x) const override;

  Embedding embedding;
  Dropout dropout;
};

}  // namespace lemma::nn
