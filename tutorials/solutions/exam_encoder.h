#pragma once
/// An answer to the final exam (tutorials/exam). Yours may look different: only the numbers count.

#include "../exam/exam_inputs.h"

namespace exam {

using namespace lemma;

inline Tensor my_softmax(const Tensor& x) {
  const Tensor e = exp(x - amax(x, -1, true));  // without the maximum e^x may overflow
  return e / e.sum(-1, true);
}

inline Tensor my_layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Tensor centred = x - x.mean(-1, true);
  const Tensor variance = (centred * centred).mean(-1, true);
  return centred / sqrt(variance + 1e-5) * weight + bias;
}

inline Tensor my_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& attend) {
  const Tensor scores = matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(q.size(-1)));  // (B, H, T, T)
  return matmul(my_softmax(masked_fill(scores, logical_not(attend), -INFINITY)), v);
}

inline Tensor my_linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return matmul(x, weight.t()) + bias;
}

inline Tensor my_multi_head(const Tensor& x, const Weights& w, int64_t heads, const Tensor& real) {
  const auto [batch, tokens, width] = x.sizes<3>();
  const Tensor qkv = my_linear(x, w.in_proj_weight, w.in_proj_bias);  // (B, T, 3D)
  std::vector<Tensor> parts;
  for (const Tensor& part : chunk(qkv, 3, -1))
    parts.push_back(part.reshape({batch, tokens, heads, width / heads}).transpose(1, 2));  // (B, H, T, D/H)
  const Tensor mixed = my_attention(parts[0], parts[1], parts[2], real.reshape({batch, 1, 1, tokens}));
  return my_linear(mixed.transpose(1, 2).reshape(x.shape()), w.out_proj_weight, w.out_proj_bias);
}

inline Tensor my_feed_forward(const Tensor& x, const Weights& w) {
  return my_linear(relu(my_linear(x, w.linear1_weight, w.linear1_bias)), w.linear2_weight, w.linear2_bias);
}

inline Tensor my_encoder_layer(const Tensor& x, const Weights& w, int64_t heads, const Tensor& real) {
  const Tensor a = my_layer_norm(x + my_multi_head(x, w, heads, real), w.norm1_weight, w.norm1_bias);
  return my_layer_norm(a + my_feed_forward(a, w), w.norm2_weight, w.norm2_bias);
}

}  // namespace exam
