#include "lemma/nn/encoder.h"

#include "lemma/ops.h"
#include "nn/checks.h"

namespace lemma::nn {

TransformerEncoderLayer::TransformerEncoderLayer(int64_t d_model, int64_t nhead, const EncoderOptions& options)
    : self_attn(d_model, nhead, options.dropout),
      linear1(d_model, options.dim_feedforward),
      linear2(options.dim_feedforward, d_model),
      norm1(d_model, options.layer_norm_eps),
      norm2(d_model, options.layer_norm_eps),
      dropout(options.dropout),
      dropout1(options.dropout),
      dropout2(options.dropout),
      activation_(options.activation),
      norm_first_(options.norm_first) {
  register_module("self_attn", self_attn);
  register_module("linear1", linear1);
  register_module("dropout", dropout);
  register_module("linear2", linear2);
  register_module("norm1", norm1);
  register_module("norm2", norm2);
  register_module("dropout1", dropout1);
  register_module("dropout2", dropout2);
}

Tensor TransformerEncoderLayer::attend(const Tensor& x, const EncoderMasks& masks, Tensor* weights) const {
  const auto result = self_attn(x, x, x,
                                {.attend_keys = masks.attend_keys,
                                 .attend = masks.attend,
                                 .need_weights = weights != nullptr,
                                 .average_attn_weights = false});
  if (weights) *weights = result.weights;  // (B, H, T, T)
  return dropout1(result.output);          // (B, T, D)
}

Tensor TransformerEncoderLayer::feed_forward(const Tensor& x) const {
  return dropout2(linear2(dropout(activate(activation_, linear1(x)))));  // (B, T, D) -> (B, T, F) -> (B, T, D)
}

Tensor TransformerEncoderLayer::operator()(const Tensor& x, const EncoderMasks& masks, Tensor* weights) const {
  if (norm_first_) {
    const Tensor h = x + attend(norm1(x), masks, weights);  // (B, T, D)
    return h + feed_forward(norm2(h));                      // (B, T, D)
  }
  const Tensor h = norm1(x + attend(x, masks, weights));  // (B, T, D)
  return norm2(h + feed_forward(h));                      // (B, T, D)
}

TransformerEncoder::TransformerEncoder(int64_t d_model, int64_t nhead, int64_t num_layers,
                                       const EncoderOptions& options, bool final_norm)
    : norm(d_model, options.layer_norm_eps, final_norm), final_norm_(final_norm) {
  check_positive("TransformerEncoder", "num_layers", num_layers);
  for (int64_t i = 0; i < num_layers; ++i) layers.add(d_model, nhead, options);
  register_module("layers", layers);
  if (final_norm) register_module("norm", norm);
}

Tensor TransformerEncoder::operator()(const Tensor& x, const EncoderMasks& masks, std::vector<Tensor>* weights) const {
  Tensor h = x;  // (B, T, D)
  if (weights) weights->assign(layers.size(), {});
  for (size_t i = 0; i < layers.size(); ++i) h = layers[i](h, masks, weights ? &(*weights)[i] : nullptr);
  return final_norm_ ? norm(h) : h;
}

}  // namespace lemma::nn
