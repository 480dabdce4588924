#pragma once
/// Masks say who may attend to what: bool, **true means attend**, and their names say so. PyTorch's `key_padding_mask`
/// and `attn_mask` of nn.MultiheadAttention and nn.TransformerEncoder are true where nothing may be attended to;
/// convert them with `attend_keys = logical_not(key_padding_mask)`, `attend = logical_not(attn_mask)`. See
/// docs/masks.md.

#include <vector>

#include "lemma/tensor.h"

namespace lemma::nn {

/// (B, T), true where ids (B, T) are not `pad_id`.
Tensor attend_tokens(const Tensor& ids, int64_t pad_id = 0);
/// (B, T), true at the first lengths[b] positions of row b. Throws ValueError for a length outside [0, width].
Tensor attend_lengths(const std::vector<int64_t>& lengths, int64_t width, Device device = default_device());
/// (T, T), true on and below the diagonal: token q attends to tokens k <= q.
Tensor attend_causal(int64_t length, Device device = default_device());
/// (Tq, Tk) for the last `queries` of `keys` tokens, as a cache of earlier tokens needs: query q is
/// token keys - queries + q. Throws ValueError for more queries than keys.
Tensor attend_causal(int64_t queries, int64_t keys, Device device = default_device());

/// One mask (B|1, H|1, Tq|1, Tk) from both kinds, undefined when neither is given.
/// attend_keys: (B, Tk). attend: (Tq, Tk), (B, Tq, Tk) or (B, H, Tq, Tk). Both bool; throws DTypeError, ShapeError.
Tensor attend_both(const Tensor& attend_keys, const Tensor& attend);

}  // namespace lemma::nn
