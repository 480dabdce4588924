#pragma once
/// The Conformer's block: attention for what lies far apart, convolution for what lies near, between two halves of a
/// feed-forward layer. Gulati et al., "Conformer: convolution-augmented Transformer for speech recognition", 2020.

#include "lemma/nn/activation.h"
#include "lemma/nn/batch_norm.h"
#include "lemma/nn/convolution.h"
#include "lemma/nn/layer_norm.h"
#include "lemma/nn/linear.h"

namespace lemma::nn {

/// Sines and cosines of the distances T - 1, ..., 0, ..., -(T - 1) between a query and a key: (2T - 1, D), D even.
Tensor relative_positions(int64_t length, int64_t width, const TensorOptions& options = {});

/// Attention that knows how far apart two steps are, not where they stand:
///   a(q, k) = ((q + u) k^T + (q + v) (W_p r(q - k))^T) / sqrt(D / H),  y = softmax(a) v W_out^T + b_out
/// with r from relative_positions and learnt u, v (H, D / H). Dai et al., "Transformer-XL", 2019, section 3.3.
class RelativeAttention : public Module {
 public:
  /// Throws ValueError unless heads divide the width, and the width is even.
  RelativeAttention(int64_t width, int64_t heads, double dropout = 0);
  /// x: (B, T, D) -> (B, T, D). attend_keys: bool (B, T), true where a step may be attended to, or undefined.
  /// `weights`, where given, receives the softmax, (B, H, T, T).
  Tensor operator()(const Tensor& x, const Tensor& attend_keys = {}, Tensor* weights = nullptr) const;

  Linear in_proj;       ///< D -> 3D: queries, keys, values
  Linear pos_proj;      ///< D -> D, without bias
  Tensor pos_u, pos_v;  ///< (H, D / H)
  Linear out_proj;      ///< D -> D

 private:
  int64_t heads_;
  double dropout_;
};

/// y = W_2 swish(norm(depthwise(glu(W_1 x)))): what the neighbours of a step say about it.
class ConformerConvolution : public Module {
 public:
  /// `kernel` steps are seen; it must be odd, else ValueError.
  ConformerConvolution(int64_t width, int64_t kernel);
  /// x: (B, T, D) -> (B, T, D). Steps that `real`, bool (B, T), says false of do not reach their neighbours.
  Tensor operator()(const Tensor& x, const Tensor& real = {}) const;

  Linear pointwise1;  ///< D -> 2D
  Conv1d depthwise;   ///< a filter for each channel
  BatchNorm1d norm;
  Linear pointwise2;  ///< D -> D
};

struct ConformerOptions {
  int64_t dim_feedforward = 0;  ///< 0: four times the width
  int64_t kernel = 31;
  double dropout = 0.1;
};

/// x += ff1(x) / 2;  x += attention(norm(x));  x += convolution(norm(x));  x += ff2(x) / 2;  y = norm(x), with dropout
/// of what is added, and ff(x) = W_2 dropout(swish(W_1 norm(x))).
class ConformerBlock : public Module {
 public:
  ConformerBlock(int64_t width, int64_t heads, const ConformerOptions& options = {});
  /// x: (B, T, D) -> (B, T, D). `real`: bool (B, T), false for padding; undefined where there is none. `weights` as in
  /// RelativeAttention.
  Tensor operator()(const Tensor& x, const Tensor& real = {}, Tensor* weights = nullptr) const;

  LayerNorm ff1_norm;
  Linear ff1_in, ff1_out;
  LayerNorm attention_norm;
  RelativeAttention attention;
  LayerNorm convolution_norm;
  ConformerConvolution convolution;
  LayerNorm ff2_norm;
  Linear ff2_in, ff2_out;
  LayerNorm norm;
  Dropout dropout;
};

}  // namespace lemma::nn
