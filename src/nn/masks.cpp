#include "lemma/nn/masks.h"

#include <fmt/format.h>

#include "lemma/ops.h"
#include "nn/checks.h"

namespace lemma::nn {

namespace {

void check_bool(const char* what, const Tensor& mask) {
  if (mask.dtype() != boolean)
    throw DTypeError("attention_mask",
                     fmt::format("{} is {} {}; masks are bool, true = attend (`mask != 0` makes one)", what,
                                 name(mask.dtype()), mask.shape().str()),
                     {mask.dtype()});
}

}  // namespace

Tensor padding_mask(const Tensor& ids, int64_t pad_id) { return ne(ids, static_cast<double>(pad_id)); }

Tensor length_mask(const std::vector<int64_t>& lengths, int64_t width, Device device) {
  for (const int64_t length : lengths)
    if (length < 0 || length > width)
      throw ValueError("length_mask", fmt::format("length {} is outside [0, {}]", length, width));
  const TensorOptions there{.device = device};
  return lt(arange(width, there).unsqueeze(0), tensor(lengths, there).unsqueeze(1));  // (1, T) < (B, 1)
}

Tensor causal_mask(int64_t length, Device device) {
  const Tensor place = arange(length, {.device = device});
  return ge(place.unsqueeze(1), place.unsqueeze(0));  // query >= key
}

Tensor attention_mask(const Tensor& key_padding_mask, const Tensor& attn_mask) {
  Tensor keys, pairs;
  if (key_padding_mask.defined()) {
    check_bool("key_padding_mask", key_padding_mask);
    if (key_padding_mask.dim() != 2)
      throw ShapeError("attention_mask", "key_padding_mask is " + key_padding_mask.shape().str() + "; expected (B, Tk)",
                       {key_padding_mask.shape()});
    keys = key_padding_mask.unsqueeze(1).unsqueeze(1);  // (B, 1, 1, Tk)
  }
  if (attn_mask.defined()) {
    check_bool("attn_mask", attn_mask);
    switch (attn_mask.dim()) {
      case 2:
        pairs = attn_mask.unsqueeze(0).unsqueeze(0);
        break;  // (1, 1, Tq, Tk)
      case 3:
        pairs = attn_mask.unsqueeze(1);
        break;  // (B, 1, Tq, Tk)
      case 4:
        pairs = attn_mask;
        break;
      default:
        throw ShapeError(
            "attention_mask",
            "attn_mask is " + attn_mask.shape().str() + "; expected (Tq, Tk), (B, Tq, Tk) or (B, H, Tq, Tk)",
            {attn_mask.shape()});
    }
  }
  if (!keys.defined()) return pairs;
  return pairs.defined() ? logical_and(keys, pairs) : keys;
}

}  // namespace lemma::nn
