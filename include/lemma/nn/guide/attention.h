#pragma once
/// Slides 1 to 3 and 8: self-attention, multi-head attention, masks.

#include "lemma/nn/linear.h"

namespace lemma::guide {

/// softmax(q k^T / sqrt(D)) v for each head, joined, through fc_out. x: (B, T, D) -> (B, T, D).
/// The guide divides by the square root of the whole width D; the paper and nn::MultiheadAttention by that of a head's
/// width.
class SelfAttention : public nn::Module {
 public:
  SelfAttention(int64_t embed_size, int64_t heads);
  /// mask: (1, T, T) or (B, T, T), bool or numbers; where it is 0 the query (row) ignores the key (column).
  Tensor operator()(const Tensor& x, const Tensor& mask = {}) const;
  /// The weights with which operator() mixes the values, (B, H, T, T): the pictures on slide 11.
  Tensor attention_weights(const Tensor& x, const Tensor& mask = {}) const;

  nn::Linear queries, keys, values, fc_out;

 private:
  Tensor heads_of(const Tensor& x) const;
  int64_t embed_size_, heads_;
};

/// SelfAttention with a second output projection. x: (B, T, D) -> (B, T, D).
class MultiHeadAttention : public nn::Module {
 public:
  MultiHeadAttention(int64_t embed_size, int64_t heads);
  Tensor operator()(const Tensor& x, const Tensor& mask = {}) const;  ///< mask: as in SelfAttention

  SelfAttention attention;
  nn::Linear fc_out;
};

/// (1, T, T) of ones on and below the diagonal, zeros above, float32: token q attends to tokens k <= q.
Tensor create_mask(int64_t seq_length);

/// SelfAttention that only looks back. Repaired: the guide passes the mask to an attention that takes none.
class MaskedSelfAttention : public nn::Layer {
 public:
  MaskedSelfAttention(int64_t embed_size, int64_t heads);
  Tensor forward(const Tensor& x) const override;

  SelfAttention attention;
};

}  // namespace lemma::guide
