#include "lemma/nn/transformer.h"

#include "lemma/nn/init.h"

namespace lemma::nn {

Transformer::Transformer(int64_t d_model, int64_t nhead, const TransformerOptions& options)
    : encoder(child(this, "encoder", d_model, nhead, options.num_encoder_layers, options.layer, true)),
      decoder(child(this, "decoder", d_model, nhead, options.num_decoder_layers, options.layer, true)) {
  for (Tensor& parameter : parameters())
    if (parameter.dim() > 1) init::xavier_uniform_(parameter);
}

Tensor Transformer::operator()(const Tensor& src, const Tensor& tgt, const TransformerMasks& masks) const {
  const Tensor memory = encoder(src, {.attend_keys = masks.attend_src_keys, .attend = masks.attend_src});  // (B, S, D)
  return decoder(
      tgt, memory,
      {.attend_keys = masks.attend_tgt_keys,
       .attend = masks.attend_tgt,
       .attend_memory_keys = masks.attend_memory_keys.defined() ? masks.attend_memory_keys : masks.attend_src_keys,
       .attend_memory = masks.attend_memory});  // (B, T, D)
}

}  // namespace lemma::nn
