#include "lemma/nn/guide/attention.h"

#include <cmath>
#include <limits>

#include "lemma/ops.h"
#include "nn/checks.h"

namespace lemma::guide {

SelfAttention::SelfAttention(int64_t embed_size, int64_t heads)
    : queries(child(this, "queries", embed_size, embed_size)),
      keys(child(this, "keys", embed_size, embed_size)),
      values(child(this, "values", embed_size, embed_size)),
      fc_out(child(this, "fc_out", embed_size, embed_size)),
      embed_size_(embed_size),
      heads_(heads) {
  nn::check_heads("SelfAttention", "embed_size", embed_size, "heads", heads);
}

Tensor SelfAttention::heads_of(const Tensor& x) const {
  return x.reshape({x.size(0), x.size(1), heads_, embed_size_ / heads_});  // (B, T, H, D/H)
}

Tensor SelfAttention::attention_weights(const Tensor& x, const Tensor& mask) const {
  if (x.dim() != 3 || x.size(2) != embed_size_)
    throw ShapeError("SelfAttention",
                     "x is " + x.shape().str() + "; expected (B, T, " + std::to_string(embed_size_) + ")", {x.shape()});
  Tensor energy = einsum("nqhd,nkhd->nhqk", {heads_of(queries(x)), heads_of(keys(x))});  // (B, H, T, T)
  if (mask.defined()) {
    const Tensor hidden = mask.dtype() == boolean ? logical_not(mask) : eq(mask, 0.0);  // (1|B, T, T)
    energy = masked_fill(energy, hidden.unsqueeze(1), -std::numeric_limits<double>::infinity());
  }
  return softmax(energy / std::sqrt(static_cast<double>(embed_size_)), 3);  // (B, H, T, T)
}

Tensor SelfAttention::operator()(const Tensor& x, const Tensor& mask) const {
  const Tensor attention = attention_weights(x, mask);                             // (B, H, T, T)
  const Tensor out = einsum("nhql,nlhd->nqhd", {attention, heads_of(values(x))});  // (B, T, H, D/H)
  return fc_out(out.reshape(x.shape()));                                           // (B, T, D)
}

MultiHeadAttention::MultiHeadAttention(int64_t embed_size, int64_t heads)
    : attention(child(this, "attention", embed_size, heads)), fc_out(child(this, "fc_out", embed_size, embed_size)) {}

Tensor MultiHeadAttention::operator()(const Tensor& x, const Tensor& mask) const { return fc_out(attention(x, mask)); }

Tensor create_mask(int64_t seq_length) { return tril(ones({seq_length, seq_length})).unsqueeze(0); }

MaskedSelfAttention::MaskedSelfAttention(int64_t embed_size, int64_t heads)
    : attention(child(this, "attention", embed_size, heads)) {}

Tensor MaskedSelfAttention::forward(const Tensor& x) const {
  return attention(x, create_mask(x.size(1)).to(x.device()));  // (B, T, D)
}

}  // namespace lemma::guide
