#pragma once
/// Linear: y = x W^T + b.

#include "lemma/nn/layer.h"

namespace lemma::nn {

/// x: (..., in) -> (..., out). weight: (out, in), bias: (out), both U(-1/sqrt(in), 1/sqrt(in)) as in PyTorch.
class Linear : public Layer {
 public:
  Linear(int64_t in_features, int64_t out_features, bool with_bias = true);
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

  Tensor weight, bias;  ///< bias is undefined without one

 private:
  int64_t in_features_, out_features_;
};

}  // namespace lemma::nn
