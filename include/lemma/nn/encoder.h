#pragma once
/// TransformerEncoderLayer and TransformerEncoder, with PyTorch's names, defaults and state-dict keys. Batch first.

#include "lemma/nn/activation.h"
#include "lemma/nn/attention.h"
#include "lemma/nn/container.h"
#include "lemma/nn/layer_norm.h"
#include "lemma/nn/linear.h"

namespace lemma::nn {

struct EncoderOptions {
  int64_t dim_feedforward = 2048;
  double dropout = 0.1;
  Activation activation = Activation::relu;
  double layer_norm_eps = 1e-5;
  bool norm_first = false;  ///< normalise before each block (trains without warm-up) instead of after it
};

/// Which tokens may attend to which; bool, true = attend (lemma/nn/masks.h).
struct EncoderMasks {
  Tensor attend_keys = {};  ///< (B, T)
  Tensor attend = {};       ///< (T, T), (B, T, T) or (B, H, T, T)
};

/// post-norm: x = norm1(x + attend(x)), y = norm2(x + feed_forward(x));
/// pre-norm:  x = x + attend(norm1(x)), y = x + feed_forward(norm2(x)).  x, y: (B, T, D).
class TransformerEncoderLayer : public Module {
 public:
  /// Throws ValueError unless nhead divides d_model.
  TransformerEncoderLayer(int64_t d_model, int64_t nhead, const EncoderOptions& options = {});
  /// `weights`, if given, receives the attention weights (B, H, T, T). With a cache, x continues the tokens of earlier
  /// calls. Errors as in MultiheadAttention.
  Tensor operator()(const Tensor& x, const EncoderMasks& masks = {}, Tensor* weights = nullptr,
                    KeyValueCache* cache = nullptr) const;

  MultiheadAttention self_attn;
  Linear linear1;
  Dropout dropout;
  Linear linear2;
  LayerNorm norm1, norm2;
  Dropout dropout1, dropout2;

 private:
  bool runs_hooks() const override { return true; }
  Tensor encode(const Tensor& x, const EncoderMasks& masks, Tensor* weights, KeyValueCache* cache) const;
  Tensor attend(const Tensor& x, const EncoderMasks& masks, Tensor* weights, KeyValueCache* cache) const;
  Tensor feed_forward(const Tensor& x) const;

  Activation activation_;
  bool norm_first_;
};

/// num_layers layers, each with its own parameters, keys layers.0., layers.1., ...; `final_norm` adds a LayerNorm
/// "norm" at the end, as pre-norm stacks need.
class TransformerEncoder : public Module {
 public:
  TransformerEncoder(int64_t d_model, int64_t nhead, int64_t num_layers, const EncoderOptions& options = {},
                     bool final_norm = false);
  /// `weights`, if given, receives one (B, H, T, T) per layer. `caches`, if given, holds one cache per layer, and is
  /// made so long where it is empty; x then continues the tokens of earlier calls. Throws ValueError for a
  /// list of caches of another length.
  Tensor operator()(const Tensor& x, const EncoderMasks& masks = {}, std::vector<Tensor>* weights = nullptr,
                    std::vector<KeyValueCache>* caches = nullptr) const;

  ModuleList<TransformerEncoderLayer> layers;
  std::unique_ptr<LayerNorm> norm;  ///< null without final_norm

 private:
  bool runs_hooks() const override { return true; }
};

}  // namespace lemma::nn
