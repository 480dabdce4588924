#include "lemma/nn/guide/notebooks.h"

#include <cmath>

#include "lemma/ops.h"
#include "nn/checks.h"

namespace lemma::guide {

MultiHeadSelfAttention::MultiHeadSelfAttention(int64_t hidden_dim, int64_t num_heads)
    : q_weights(child(this, "q_weights")),
      k_weights(child(this, "k_weights")),
      v_weights(child(this, "v_weights")),
      linear(child(this, "linear", num_heads * hidden_dim, hidden_dim)),
      hidden_dim_(hidden_dim) {
  for (int64_t head = 0; head < num_heads; ++head)
    for (auto* maps : {&q_weights, &k_weights, &v_weights}) maps->add(hidden_dim, hidden_dim);
}

Tensor MultiHeadSelfAttention::forward(const Tensor& x) const {
  std::vector<Tensor> heads;
  for (size_t h = 0; h < q_weights.size(); ++h) {
    const Tensor q = q_weights[h](x), k = k_weights[h](x), v = v_weights[h](x);                          // (B, T, D)
    const Tensor scores = matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(hidden_dim_));  // (B, T, T)
    heads.push_back(matmul(softmax(scores, -1), v));                                                     // (B, T, D)
  }
  return linear(cat(heads, -1));  // (B, T, H*D) -> (B, T, D)
}

Tensor basic_self_attention(const Tensor& x) {
  if (x.dim() < 2)
    throw ShapeError("basic_self_attention", "x is " + x.shape().str() + "; expected (..., n, t)", {x.shape()});
  const Tensor weights = softmax(matmul(x.transpose(-2, -1), x), -2);  // (..., t, t), columns add to 1
  return matmul(x, weights);                                           // (..., n, t)
}

}  // namespace lemma::guide
