#pragma once
/// RMSNorm: each token's features brought to a mean square of 1, then scaled by learned factors. LayerNorm without the
/// mean and the shift.

#include "lemma/nn/layer.h"

namespace lemma::nn {

/// y = x / sqrt(mean(x^2) + eps) * weight over the last dims, which must equal `normalized_shape`. weight starts at 1.
/// An eps of 0 stands for the smallest step of x's dtype at 1, as PyTorch's default does. Zhang & Sennrich, "Root mean
/// square layer normalization", 2019.
class RMSNorm : public Layer {
 public:
  explicit RMSNorm(const Shape& normalized_shape, double eps = 0, bool elementwise_affine = true);
  /// `RMSNorm norm({4, 8})`
  explicit RMSNorm(std::initializer_list<int64_t> normalized_shape, double eps = 0, bool elementwise_affine = true)
      : RMSNorm(Shape(normalized_shape), eps, elementwise_affine) {}
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

  Tensor weight;  ///< undefined without elementwise_affine

 private:
  Shape normalized_shape_;
  double eps_;
};

}  // namespace lemma::nn
