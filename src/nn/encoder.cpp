#include "lemma/nn/encoder.h"

#include "lemma/ops.h"
#include "nn/checks.h"

namespace lemma::nn {

TransformerEncoderLayer::TransformerEncoderLayer(int64_t d_model, int64_t nhead, const EncoderOptions& options)
    : self_attn(child(this, "self_attn", d_model, nhead, options.dropout)),
      linear1(child(this, "linear1", d_model, options.dim_feedforward)),
      dropout(child(this, "dropout", options.dropout)),
      linear2(child(this, "linear2", options.dim_feedforward, d_model)),
      norm1(child(this, "norm1", d_model, options.layer_norm_eps)),
      norm2(child(this, "norm2", d_model, options.layer_norm_eps)),
      dropout1(child(this, "dropout1", options.dropout)),
      dropout2(child(this, "dropout2", options.dropout)),
      activation_(options.activation),
      norm_first_(options.norm_first) {}

Tensor TransformerEncoderLayer::attend(const Tensor& x, const EncoderMasks& masks, Tensor* weights,
                                       KeyValueCache* cache) const {
  const auto result = self_attn(x, x, x,
                                {.attend_keys = masks.attend_keys,
                                 .attend = masks.attend,
                                 .need_weights = weights != nullptr,
                                 .average_attn_weights = false,
                                 .cache = cache});
  if (weights) *weights = result.weights;  // (B, H, T, T)
  return dropout1(result.output);          // (B, T, D)
}

Tensor TransformerEncoderLayer::feed_forward(const Tensor& x) const {
  return dropout2(linear2(dropout(activate(activation_, linear1(x)))));  // (B, T, D) -> (B, T, F) -> (B, T, D)
}

Tensor TransformerEncoderLayer::encode(const Tensor& x, const EncoderMasks& masks, Tensor* weights,
                                       KeyValueCache* cache) const {
  if (norm_first_) {
    const Tensor h = x + attend(norm1(x), masks, weights, cache);  // (B, T, D)
    return h + feed_forward(norm2(h));                             // (B, T, D)
  }
  const Tensor h = norm1(x + attend(x, masks, weights, cache));  // (B, T, D)
  return norm2(h + feed_forward(h));                             // (B, T, D)
}

Tensor TransformerEncoderLayer::operator()(const Tensor& x, const EncoderMasks& masks, Tensor* weights,
                                           KeyValueCache* cache) const {
  return hooked(x, [&](const Tensor& in) { return encode(in, masks, weights, cache); });
}

TransformerEncoder::TransformerEncoder(int64_t d_model, int64_t nhead, int64_t num_layers,
                                       const EncoderOptions& options, bool final_norm)
    : layers(child(this, "layers")) {
  check_positive("TransformerEncoder", "num_layers", num_layers);
  for (int64_t i = 0; i < num_layers; ++i) layers.add(d_model, nhead, options);
  if (final_norm) norm = child(this, "norm", d_model, options.layer_norm_eps);
}

Tensor TransformerEncoder::operator()(const Tensor& x, const EncoderMasks& masks, std::vector<Tensor>* weights,
                                      std::vector<KeyValueCache>* caches) const {
  if (weights) weights->assign(layers.size(), {});
  if (caches) check_caches("TransformerEncoder", *caches, layers.size());
  return hooked(x, [&](const Tensor& in) {
    Tensor h = in;  // (B, T, D)
    for (size_t i = 0; i < layers.size(); ++i)
      h = layers[i](h, masks, weights ? &(*weights)[i] : nullptr, caches ? &(*caches)[i] : nullptr);
    return norm ? (*norm)(h) : h;
  });
}

}  // namespace lemma::nn
