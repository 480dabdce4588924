#pragma once
/// Masks say who may attend to what. One convention everywhere in Lemma: **true means attend** (a real token, an
/// allowed position); false means ignore. PyTorch's nn.MultiheadAttention and nn.TransformerEncoder use the opposite
/// for the arguments of the same names; pass `logical_not(mask)` to move between them. See docs/masks.md.

#include <vector>

#include "lemma/tensor.h"

namespace lemma::nn {

/// (B, T), true where ids (B, T) are not `pad_id`.
Tensor padding_mask(const Tensor& ids, int64_t pad_id = 0);
/// (B, T), true at the first lengths[b] places of row b. Throws ValueError for a length outside [0, width].
Tensor length_mask(const std::vector<int64_t>& lengths, int64_t width, Device device = default_device());
/// (T, T), true on and below the diagonal: token q attends to tokens k <= q.
Tensor causal_mask(int64_t length, Device device = default_device());

/// One mask (B|1, H|1, Tq|1, Tk) out of both kinds, undefined when neither is given.
/// key_padding_mask: (B, Tk). attn_mask: (Tq, Tk), (B, Tq, Tk) or (B, H, Tq, Tk). Both bool; throws DTypeError,
/// ShapeError.
Tensor attention_mask(const Tensor& key_padding_mask, const Tensor& attn_mask);

}  // namespace lemma::nn
