#pragma once
/// SwiGLU: a feed-forward block whose hidden features are multiplied by a gate.

#include "lemma/nn/linear.h"

namespace lemma::nn {

/// y = W2 (silu(W1 x) * W3 x) with silu(z) = z sigmoid(z). x, y: (..., D), hidden (..., F). Keys w1.weight (F, D),
/// w2.weight (D, F), w3.weight (F, D), as in LLaMA; biases only where asked. Shazeer, "GLU variants improve
/// Transformer", 2020.
class SwiGLU : public Layer {
 public:
  SwiGLU(int64_t d_model, int64_t hidden, bool with_bias = false);
  Tensor forward(const Tensor& x) const override;

  Linear w1, w2, w3;
};

}  // namespace lemma::nn
