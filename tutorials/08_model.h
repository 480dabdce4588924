#pragma once
/// The encoder layer as tutorial 08 builds it, and a reader of drawers (step 05) that stacks many of the library's.

#include "06_model.h"

namespace tutorial {

/// (x - mean) / sqrt(variance + eps) * weight + bias, over the numbers of each token.
struct Norm : nn::Layer {
  explicit Norm(int64_t D) : weight(ones({D})), bias(zeros({D})) {
    register_parameter("weight", weight), register_parameter("bias", bias);
  }
  Tensor forward(const Tensor& x) const override {
    const Tensor centred = x - x.mean({-1}, true);              // (B, T, D)
    const Tensor variance = centred.square().mean({-1}, true);  // (B, T, 1), divided by D
    return centred / (variance + 1e-5).sqrt() * weight + bias;  // (B, T, D)
  }
  Tensor weight, bias;
};

/// Attention, in which tokens meet, and two linear maps, in which each thinks by itself; around each a residual
/// connection and a LayerNorm.
struct EncoderLayer : nn::Layer {
  EncoderLayer(int64_t D, int64_t H, int64_t F, double p, bool first)
      : attention(child(this, "attention", D, H)),
        fc1(child(this, "fc1", D, F)),
        fc2(child(this, "fc2", F, D)),
        norm1(child(this, "norm1", D)),
        norm2(child(this, "norm2", D)),
        drop(child(this, "drop", p)),
        norm_first(first) {}
  Tensor feed_forward(const Tensor& x) const { return fc2(drop(relu(fc1(x)))); }  // (B, T, D), (B, T, F), (B, T, D)
  Tensor forward(const Tensor& x) const override {
    if (norm_first) {
      const Tensor h = x + drop(attention(norm1(x)));  // (B, T, D)
      return h + drop(feed_forward(norm2(h)));         // (B, T, D)
    }
    const Tensor h = norm1(x + drop(attention(x)));  // (B, T, D)
    return norm2(h + drop(feed_forward(h)));         // (B, T, D)
  }

  SplitHeads attention;
  nn::Linear fc1, fc2;
  Norm norm1, norm2;
  nn::Dropout drop;
  bool norm_first;
};

/// Gives `to` the weights of one of the library's layers.
inline void copy_weights(const nn::TransformerEncoderLayer& from, EncoderLayer& to) {
  NoGrad guard;
  const std::vector<Tensor> weights = chunk(from.self_attn.in_proj_weight, 3),
                            biases = chunk(from.self_attn.in_proj_bias, 3);
  nn::Linear* const maps[] = {&to.attention.queries, &to.attention.keys, &to.attention.values};
  for (size_t i = 0; i < 3; ++i) maps[i]->weight.copy_(weights[i]), maps[i]->bias.copy_(biases[i]);
  const auto copy = [](const auto& a, auto& b) { b.weight.copy_(a.weight), b.bias.copy_(a.bias); };
  copy(from.self_attn.out_proj, to.attention.out);
  copy(from.linear1, to.fc1), copy(from.linear2, to.fc2);
  copy(from.norm1, to.norm1), copy(from.norm2, to.norm2);
}

/// Answers questions about drawers through `depth` encoder layers of 32 numbers and two heads.
struct DeepReader : nn::Module {
  DeepReader(int64_t depth, bool norm_first)
      : encoder(child(this, "encoder", 32, 2, depth,
                      nn::EncoderOptions{.dim_feedforward = 64, .dropout = 0, .norm_first = norm_first}, norm_first)) {}
  Tensor encode(const Drawers& in) const {                       // the question's row, (B, D)
    const Tensor x = letters(in.letters) + numbers(in.numbers);  // (B, 5, D)
    return encoder(x).select(1, kDrawers);
  }
  Tensor operator()(const Drawers& in) const { return read(encode(in)); }  // (B, 8)

  nn::TransformerEncoder encoder;
  nn::Embedding letters = child(this, "letters", kDrawers, 32), numbers = child(this, "numbers", kNumbers + 1, 32);
  nn::Linear read = child(this, "read", 32, kNumbers);
};

}  // namespace tutorial
