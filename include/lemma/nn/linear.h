#pragma once
/// Linear: y = x W^T + b.

#include "lemma/nn/module.h"

namespace lemma::nn {

/// x: (..., in) -> (..., out). weight: (out, in), bias: (out), both U(-1/sqrt(in), 1/sqrt(in)) as in PyTorch.
class Linear : public Module {
 public:
  Linear(int64_t in_features, int64_t out_features, bool with_bias = true);
  Tensor operator()(const Tensor& x) const;

  Tensor weight, bias;  ///< bias is undefined without one
};

}  // namespace lemma::nn
