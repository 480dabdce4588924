#pragma once
/// The attentions of the two notebooks beside the guide.

#include "lemma/nn/container.h"
#include "lemma/nn/linear.h"

namespace lemma::guide {

/// One full-width query, key and value map for each head: head_h = softmax(q k^T / sqrt(D)) v, (B, T, D), joined into
/// (B, T, H*D) and brought back to (B, T, D) by `linear`. Costs H times the parameters of SelfAttention.
/// Repaired: the notebook keeps its maps in Python lists, where no optimiser finds them, and its forward returns
/// nothing.
class MultiHeadSelfAttention : public nn::Layer {
 public:
  MultiHeadSelfAttention(int64_t hidden_dim, int64_t num_heads);
  /// x: (B, T, D) or (T, D).
  Tensor forward(const Tensor& x) const override;

  nn::ModuleList<nn::Linear> q_weights, k_weights, v_weights;
  nn::Linear linear;

 private:
  int64_t hidden_dim_;
};

/// Y = X softmax(X^T X, column-wise): self-attention without parameters, tokens as columns. X: (..., n, t) -> (..., n,
/// t). Column j of the softmax holds the weights, adding up to 1, with which y_j mixes x_1 ... x_t.
Tensor basic_self_attention(const Tensor& x);

}  // namespace lemma::guide
