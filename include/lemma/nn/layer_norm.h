#pragma once
/// LayerNorm: each token's features brought to mean 0 and variance 1, then scaled and shifted by learned factors.

#include "lemma/nn/layer.h"

namespace lemma::nn {

/// y = (x - mean) / sqrt(var + eps) * weight + bias over the last dims, which must equal `normalized_shape`; biased
/// variance. weight starts at 1, bias at 0. Ba, Kiros & Hinton, "Layer normalization", 2016.
class LayerNorm : public Layer {
 public:
  explicit LayerNorm(const Shape& normalized_shape, double eps = 1e-5, bool elementwise_affine = true);
  /// `LayerNorm norm({4, 8})`
  explicit LayerNorm(std::initializer_list<int64_t> normalized_shape, double eps = 1e-5, bool elementwise_affine = true)
      : LayerNorm(Shape(normalized_shape), eps, elementwise_affine) {}
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

  Tensor weight, bias;  ///< undefined without elementwise_affine

 private:
  Shape normalized_shape_;
  double eps_;
};

}  // namespace lemma::nn
