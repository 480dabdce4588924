#include "lemma/nn/decoder.h"

#include "lemma/ops.h"
#include "nn/checks.h"

namespace lemma::nn {

TransformerDecoderLayer::TransformerDecoderLayer(int64_t d_model, int64_t nhead, const DecoderOptions& options)
    : self_attn(child(this, "self_attn", d_model, nhead, options.dropout)),
      multihead_attn(child(this, "multihead_attn", d_model, nhead, options.dropout)),
      linear1(child(this, "linear1", d_model, options.dim_feedforward)),
      dropout(child(this, "dropout", options.dropout)),
      linear2(child(this, "linear2", options.dim_feedforward, d_model)),
      norm1(child(this, "norm1", d_model, options.layer_norm_eps)),
      norm2(child(this, "norm2", d_model, options.layer_norm_eps)),
      norm3(child(this, "norm3", d_model, options.layer_norm_eps)),
      dropout1(child(this, "dropout1", options.dropout)),
      dropout2(child(this, "dropout2", options.dropout)),
      dropout3(child(this, "dropout3", options.dropout)),
      activation_(options.activation),
      norm_first_(options.norm_first) {}

struct TransformerDecoderLayer::Call {
  const Tensor& memory;
  const DecoderMasks& masks;
  DecoderWeights* weights;
  DecoderCache* cache;
};

Tensor TransformerDecoderLayer::look_back(const Tensor& x, const Call& call) const {
  const auto result = self_attn(x, x, x,
                                {.attend_keys = call.masks.attend_keys,
                                 .attend = call.masks.attend,
                                 .need_weights = call.weights != nullptr,
                                 .average_attn_weights = false,
                                 .cache = call.cache ? &call.cache->self : nullptr});
  if (call.weights) call.weights->self = result.weights;  // (B, H, T, T)
  return dropout1(result.output);                         // (B, T, D)
}

Tensor TransformerDecoderLayer::look_across(const Tensor& x, const Call& call) const {
  const auto result = multihead_attn(x, call.memory, call.memory,
                                     {.attend_keys = call.masks.attend_memory_keys,
                                      .attend = call.masks.attend_memory,
                                      .need_weights = call.weights != nullptr,
                                      .average_attn_weights = false,
                                      .cache = call.cache ? &call.cache->cross : nullptr,
                                      .fixed_keys = true});
  if (call.weights) call.weights->cross = result.weights;  // (B, H, T, S)
  return dropout2(result.output);                          // (B, T, D)
}

Tensor TransformerDecoderLayer::feed_forward(const Tensor& x) const {
  return dropout3(linear2(dropout(activate(activation_, linear1(x)))));  // (B, T, D) -> (B, T, F) -> (B, T, D)
}

Tensor TransformerDecoderLayer::decode(const Tensor& x, const Call& call) const {
  if (norm_first_) {
    const Tensor a = x + look_back(norm1(x), call);    // (B, T, D)
    const Tensor c = a + look_across(norm2(a), call);  // (B, T, D)
    return c + feed_forward(norm3(c));                 // (B, T, D)
  }
  const Tensor a = norm1(x + look_back(x, call));    // (B, T, D)
  const Tensor c = norm2(a + look_across(a, call));  // (B, T, D)
  return norm3(c + feed_forward(c));                 // (B, T, D)
}

Tensor TransformerDecoderLayer::operator()(const Tensor& x, const Tensor& memory, const DecoderMasks& masks,
                                           DecoderWeights* weights, DecoderCache* cache) const {
  return hooked(x, [&](const Tensor& in) { return decode(in, {memory, masks, weights, cache}); });
}

TransformerDecoder::TransformerDecoder(int64_t d_model, int64_t nhead, int64_t num_layers,
                                       const DecoderOptions& options, bool final_norm)
    : layers(child(this, "layers")) {
  check_positive("TransformerDecoder", "num_layers", num_layers);
  for (int64_t i = 0; i < num_layers; ++i) layers.add(d_model, nhead, options);
  if (final_norm) norm = child(this, "norm", d_model, options.layer_norm_eps);
}

Tensor TransformerDecoder::operator()(const Tensor& x, const Tensor& memory, const DecoderMasks& masks,
                                      std::vector<DecoderWeights>* weights, std::vector<DecoderCache>* caches) const {
  if (weights) weights->assign(layers.size(), {});
  if (caches) check_caches("TransformerDecoder", *caches, layers.size());
  return hooked(x, [&](const Tensor& in) {
    Tensor h = in;  // (B, T, D)
    for (size_t i = 0; i < layers.size(); ++i)
      h = layers[i](h, memory, masks, weights ? &(*weights)[i] : nullptr, caches ? &(*caches)[i] : nullptr);
    return norm ? (*norm)(h) : h;
  });
}

}  // namespace lemma::nn
