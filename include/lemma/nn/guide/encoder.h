#pragma once
/// Slides 4 to 7: positions, feed-forward, layer norm, encoder layer.

#include "lemma/nn/activation.h"
#include "lemma/nn/guide/attention.h"

namespace lemma::guide {

/// (T, D), float32: sin in the even columns, cos in the odd ones. Repaired: an odd D, on which the guide's own code
/// fails.
Tensor positional_encoding(int64_t seq_length, int64_t embed_size);

/// fc2(relu(fc1(x))). x: (B, T, D) -> (B, T, F) -> (B, T, D).
class FeedForward : public nn::Layer {
 public:
  FeedForward(int64_t embed_size, int64_t ff_hidden_dim);
  Tensor forward(const Tensor& x) const override;

  nn::Linear fc1, fc2;
};

/// alpha (x - mean) / (std + eps) + beta over the last dim. std is the unbiased one and eps is outside the root:
/// both differ from nn::LayerNorm. D must be 2 or more (the unbiased std of one number is NaN).
class LayerNorm : public nn::Layer {
 public:
  explicit LayerNorm(int64_t embed_size, double eps = 1e-6);
  Tensor forward(const Tensor& x) const override;

  Tensor alpha, beta;

 private:
  double eps_;
};

/// Post-norm: x = norm1(x + dropout(attention(x))), y = norm2(x + dropout(ff(x))). x, y: (B, T, D).
class EncoderLayer : public nn::Module {
 public:
  EncoderLayer(int64_t embed_size, int64_t heads, int64_t ff_hidden_dim, double dropout_p = 0.1);
  Tensor operator()(const Tensor& x, const Tensor& mask = {}) const;  ///< mask: as in SelfAttention

  MultiHeadAttention attention;
  LayerNorm norm1;
  FeedForward ff;
  LayerNorm norm2;
  nn::Dropout dropout;
};

}  // namespace lemma::guide
