#pragma once
/// TransformerDecoderLayer and TransformerDecoder: tokens that look back at their own past and across at a source text.
/// PyTorch's names, defaults and state-dict keys; batch first. Vaswani et al., 2017, section 3.1.

#include "lemma/nn/encoder.h"

namespace lemma::nn {

using DecoderOptions = EncoderOptions;

/// Which tokens may attend to which; bool, true = attend (lemma/nn/masks.h). T target tokens, S source tokens.
struct DecoderMasks {
  Tensor attend_keys = {};         ///< (B, T): real target tokens
  Tensor attend = {};              ///< (T, T), (B, T, T) or (B, H, T, T): attend_causal(T) while training
  Tensor attend_memory_keys = {};  ///< (B, S): real source tokens
  Tensor attend_memory = {};       ///< (T, S), (B, T, S) or (B, H, T, S)
};

/// Attention weights of one layer, (B, H, T, T) and (B, H, T, S).
struct DecoderWeights {
  Tensor self, cross;
};

/// What one layer keeps between the tokens that it writes: its own past, which grows, and the source, computed once.
struct DecoderCache {
  KeyValueCache self, cross;
};

/// post-norm: a = norm1(x + self(x)), c = norm2(a + cross(a, memory)), y = norm3(c + feed_forward(c));
/// pre-norm:  a = x + self(norm1(x)), c = a + cross(norm2(a), memory), y = c + feed_forward(norm3(c)).
/// x, y: (B, T, D), memory: (B, S, D), the encoder's output.
class TransformerDecoderLayer : public Module {
 public:
  /// Throws ValueError unless nhead divides d_model.
  TransformerDecoderLayer(int64_t d_model, int64_t nhead, const DecoderOptions& options = {});
  /// With a cache, x continues the tokens of earlier calls, and `memory` is read in the first call only. Errors as in
  /// MultiheadAttention.
  Tensor operator()(const Tensor& x, const Tensor& memory, const DecoderMasks& masks = {},
                    DecoderWeights* weights = nullptr, DecoderCache* cache = nullptr) const;

  MultiheadAttention self_attn, multihead_attn;
  Linear linear1;
  Dropout dropout;
  Linear linear2;
  LayerNorm norm1, norm2, norm3;
  Dropout dropout1, dropout2, dropout3;

 private:
  struct Call;  // what operator() was given beside x
  bool runs_hooks() const override { return true; }
  Tensor decode(const Tensor& x, const Call& call) const;
  Tensor look_back(const Tensor& x, const Call& call) const;
  Tensor look_across(const Tensor& x, const Call& call) const;
  Tensor feed_forward(const Tensor& x) const;

  Activation activation_;
  bool norm_first_;
};

/// num_layers layers, keys layers.0., layers.1., ...; `final_norm` adds a LayerNorm "norm" at the end.
class TransformerDecoder : public Module {
 public:
  TransformerDecoder(int64_t d_model, int64_t nhead, int64_t num_layers, const DecoderOptions& options = {},
                     bool final_norm = false);
  /// `weights` and `caches`, where given, hold one entry a layer; an empty list of caches is made so long.
  /// Throws ValueError for a list of caches of another length.
  Tensor operator()(const Tensor& x, const Tensor& memory, const DecoderMasks& masks = {},
                    std::vector<DecoderWeights>* weights = nullptr, std::vector<DecoderCache>* caches = nullptr) const;

  ModuleList<TransformerDecoderLayer> layers;
  std::unique_ptr<LayerNorm> norm;  ///< null without final_norm

 private:
  bool runs_hooks() const override { return true; }
};

}  // namespace lemma::nn
