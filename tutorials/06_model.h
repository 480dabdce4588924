#pragma once
/// Multi-head attention as tutorial 06 builds it, and a reader that answers two questions at once with it.

#include <functional>

#include "05_model.h"

namespace tutorial {

/// (B, T, D) -> (B, H, T, D/H). Each row is cut into H pieces, then the heads come before the tokens. No number moves.
inline Tensor split_heads(const Tensor& x, int64_t heads) {
  const auto [B, T, D] = x.sizes<3>();
  return x.reshape({B, T, heads, D / heads}).transpose(1, 2);
}

/// (B, H, T, D/H) -> (B, T, D). The way back; reshape must copy here.
inline Tensor join_heads(const Tensor& x) {
  const auto [B, H, T, d] = x.sizes<4>();
  return x.transpose(1, 2).reshape({B, T, H * d});
}

/// H heads of width D/H side by side, each with its own D/H rows of the three maps.
struct SplitHeads : nn::Layer {
  using Split = std::function<Tensor(const Tensor& x, int64_t heads)>;
  SplitHeads(int64_t D, int64_t H, Split way = split_heads)
      : queries(child(this, "queries", D, D)),
        keys(child(this, "keys", D, D)),
        values(child(this, "values", D, D)),
        out(child(this, "out", D, D)),
        heads(H),
        split(std::move(way)) {}
  Tensor weights(const Tensor& x) const {
    return attention_weights(split(queries(x), heads), split(keys(x), heads));  // (B, H, T, T)
  }
  Tensor forward(const Tensor& x) const override {
    const Tensor y = matmul(weights(x), split(values(x), heads));  // (B, H, T, D/H)
    return out(join_heads(y));                                     // (B, T, D)
  }

  nn::Linear queries, keys, values, out;
  int64_t heads;
  Split split;
};

/// Reads four drawers and a question for two letters, "ca?", and answers with two numbers.
struct PairReader : nn::Module {
  PairReader(int64_t D, int64_t H, SplitHeads::Split way = split_heads)
      : letters(child(this, "letters", kDrawers + kPairs, D)),
        numbers(child(this, "numbers", kNumbers + 1, D)),
        attention(child(this, "attention", D, H, std::move(way))),
        read(child(this, "read", D, 2 * kNumbers)) {}
  Tensor embed(const Drawers& in) const { return letters(in.letters) + numbers(in.numbers); }  // (B, 5, D)
  Tensor operator()(const Drawers& in) const {
    const Tensor question = attention(embed(in)).select(1, kDrawers);  // (B, D)
    return read(question).reshape({-1, 2, kNumbers});                  // (B, 2, 8): logits for each of the two answers
  }

  nn::Embedding letters, numbers;
  SplitHeads attention;
  nn::Linear read;
};

}  // namespace tutorial
