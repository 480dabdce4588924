#include "lemma/nn/attention.h"

#include <fmt/format.h>

#include "lemma/nn/init.h"
#include "lemma/ops.h"
#include "nn/checks.h"

namespace lemma::nn {

MultiheadAttention::MultiheadAttention(int64_t embed_dim, int64_t num_heads, double dropout, bool with_bias)
    : out_proj(child(this, "out_proj", embed_dim, embed_dim, with_bias)),
      embed_dim_(embed_dim),
      num_heads_(num_heads),
      dropout_(dropout) {
  check_heads("MultiheadAttention", "embed_dim", embed_dim, "num_heads", num_heads);
  check_probability("MultiheadAttention", dropout);
  in_proj_weight = empty({3 * embed_dim, embed_dim});
  init::xavier_uniform_(in_proj_weight);
  register_parameter("in_proj_weight", in_proj_weight);
  if (with_bias) {
    in_proj_bias = zeros({3 * embed_dim});
    init::constant_(out_proj.bias, 0);
    register_parameter("in_proj_bias", in_proj_bias);
  }
}

void MultiheadAttention::check(const Tensor& query, const Tensor& key, const Tensor& value) const {
  const auto is_batch = [&](const Tensor& x) { return x.dim() == 3 && x.size(2) == embed_dim_; };
  if (is_batch(query) && is_batch(key) && is_batch(value) && key.shape() == value.shape() &&
      key.size(0) == query.size(0))
    return;
  throw ShapeError(
      "MultiheadAttention",
      fmt::format("query {}, key {}, value {} do not fit; expected (B, Tq, {}), (B, Tk, {}), (B, Tk, {})",
                  query.shape().str(), key.shape().str(), value.shape().str(), embed_dim_, embed_dim_, embed_dim_),
      {query.shape(), key.shape(), value.shape()});
}

void MultiheadAttention::check_mask(const Tensor& mask, const Heads& heads) const {
  if (!mask.defined()) return;
  const Shape want{heads.q.size(0), num_heads_, heads.q.size(2), heads.k.size(2)};
  for (int i = 0; i < 4; ++i)
    if (mask.shape()[i] != 1 && mask.shape()[i] != want[i])
      throw ShapeError("MultiheadAttention",
                       fmt::format("the mask {} does not broadcast to (B, H, Tq, Tk) = {}; attend_keys is (B, Tk), "
                                   "attend (Tq, Tk), (B, Tq, Tk) or (B, H, Tq, Tk)",
                                   mask.shape().str(), want.str()),
                       {mask.shape(), want});
}

// (B, T, D) -> (B, H, T, D/H)
Tensor MultiheadAttention::heads(const Tensor& x) const {
  return x.reshape({x.size(0), x.size(1), num_heads_, embed_dim_ / num_heads_}).transpose(1, 2);
}

// x through the i-th third of in_proj_weight: queries, keys, values.
Tensor MultiheadAttention::third(const Tensor& x, int64_t i) const {
  const Tensor bias = in_proj_bias.defined() ? in_proj_bias.narrow(0, i * embed_dim_, embed_dim_) : Tensor();
  return heads(linear(x, in_proj_weight.narrow(0, i * embed_dim_, embed_dim_), bias));
}

// Self-attention takes one product for q, k and v together.
MultiheadAttention::Heads MultiheadAttention::project(const Tensor& query, const Tensor& key,
                                                      const Tensor& value) const {
  if (query.is_same(key) && key.is_same(value)) {
    const std::vector<Tensor> parts = chunk(linear(query, in_proj_weight, in_proj_bias), 3, -1);  // 3 x (B, T, D)
    return {heads(parts[0]), heads(parts[1]), heads(parts[2])};
  }
  return {third(query, 0), third(key, 1), third(value, 2)};
}

MultiheadAttention::Heads MultiheadAttention::project(const Tensor& query, const Tensor& key, const Tensor& value,
                                                      const AttentionOptions& options) const {
  if (!options.cache) return project(query, key, value);
  if (options.fixed_keys && options.cache->length() > 0) {
    const auto [k, v] = options.cache->held();
    return {third(query, 0), k, v};
  }
  Heads all = project(query, key, value);
  std::tie(all.k, all.v) = options.cache->append(all.k, all.v);
  return all;
}

AttentionResult MultiheadAttention::operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                                               const AttentionOptions& options) const {
  check(query, key, value);
  const Tensor mask = attend_both(options.attend_keys, options.attend);  // broadcasts to (B, H, Tq, Tk)
  const Heads heads = project(query, key, value, options);               // (B, H, T, D/H)
  check_mask(mask, heads);
  const auto& [q, k, v] = heads;
  Tensor weights;  // (B, H, Tq, Tk)
  const Tensor mixed =
      scaled_dot_product_attention(q, k, v, mask, is_training() ? dropout_ : 0, false, 0, &weights);  // (B, H, Tq, D/H)
  const Tensor joined = mixed.transpose(1, 2).reshape(query.shape());                                 // (B, Tq, D)
  AttentionResult result{out_proj(joined), {}};
  if (options.need_weights) result.weights = options.average_attn_weights ? mean(weights, 1) : weights;
  return result;
}

}  // namespace lemma::nn
