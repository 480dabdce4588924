#include "lemma/nn/guide/encoder.h"

#include "lemma/nn/positions.h"
#include "lemma/ops.h"

namespace lemma::guide {

Tensor positional_encoding(int64_t seq_length, int64_t embed_size) {
  return nn::sinusoidal_positions(seq_length, embed_size);
}

FeedForward::FeedForward(int64_t embed_size, int64_t ff_hidden_dim)
    : fc1(child(this, "fc1", embed_size, ff_hidden_dim)), fc2(child(this, "fc2", ff_hidden_dim, embed_size)) {}

Tensor FeedForward::forward(const Tensor& x) const { return fc2(relu(fc1(x))); }

LayerNorm::LayerNorm(int64_t embed_size, double eps) : alpha(ones({embed_size})), beta(zeros({embed_size})), eps_(eps) {
  if (embed_size < 2)
    throw ValueError("LayerNorm", "embed_size is " + std::to_string(embed_size) +
                                      "; the guide's layer norm divides by the unbiased std, which needs 2 or more");
  register_parameter("alpha", alpha);
  register_parameter("beta", beta);
}

Tensor LayerNorm::forward(const Tensor& x) const {
  const Tensor centred = x - mean(x, -1, true);      // (B, T, D)
  const Tensor spread = std(x, -1, 1, true) + eps_;  // (B, T, 1)
  return alpha * centred / spread + beta;            // (B, T, D)
}

EncoderLayer::EncoderLayer(int64_t embed_size, int64_t heads, int64_t ff_hidden_dim, double dropout_p)
    : attention(child(this, "attention", embed_size, heads)),
      norm1(child(this, "norm1", embed_size)),
      ff(child(this, "ff", embed_size, ff_hidden_dim)),
      norm2(child(this, "norm2", embed_size)),
      dropout(child(this, "dropout", dropout_p)) {}

Tensor EncoderLayer::operator()(const Tensor& x, const Tensor& mask) const {
  const Tensor h = norm1(x + dropout(attention(x, mask)));  // (B, T, D)
  return norm2(h + dropout(ff(h)));                         // (B, T, D)
}

}  // namespace lemma::guide
