#pragma once
/// Transformer: an encoder that reads a source and a decoder that writes a target while it looks at it.
/// Vaswani et al., "Attention is all you need", 2017, figure 1, without embeddings and output layer.

#include "lemma/nn/decoder.h"

namespace lemma::nn {

struct TransformerOptions {
  int64_t num_encoder_layers = 6, num_decoder_layers = 6;
  EncoderOptions layer = {};
};

/// Which tokens may attend to which; bool, true = attend. S source and T target tokens.
struct TransformerMasks {
  Tensor attend_src_keys = {};     ///< (B, S)
  Tensor attend_tgt_keys = {};     ///< (B, T)
  Tensor attend_memory_keys = {};  ///< (B, S); where it is undefined, attend_src_keys
  Tensor attend_src = {};          ///< (S, S)
  Tensor attend_tgt = {};          ///< (T, T): attend_causal(T)
  Tensor attend_memory = {};       ///< (T, S)
};

/// y = decoder(tgt, encoder(src)). src: (B, S, D), tgt, y: (B, T, D). Both stacks end with a LayerNorm, and every
/// matrix starts Xavier-uniform, as in PyTorch.
class Transformer : public Module {
 public:
  /// Throws ValueError unless nhead divides d_model.
  explicit Transformer(int64_t d_model = 512, int64_t nhead = 8, const TransformerOptions& options = {});
  /// Throws ShapeError where a width is not D or batches differ.
  Tensor operator()(const Tensor& src, const Tensor& tgt, const TransformerMasks& masks = {}) const;

  TransformerEncoder encoder;
  TransformerDecoder decoder;
};

}  // namespace lemma::nn
