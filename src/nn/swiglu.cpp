#include "lemma/nn/swiglu.h"

#include "lemma/ops.h"

namespace lemma::nn {

SwiGLU::SwiGLU(int64_t d_model, int64_t hidden, bool with_bias)
    : w1(child(this, "w1", d_model, hidden, with_bias)),
      w2(child(this, "w2", hidden, d_model, with_bias)),
      w3(child(this, "w3", d_model, hidden, with_bias)) {}

Tensor SwiGLU::forward(const Tensor& x) const {
  return w2(silu(w1(x)) * w3(x));  // (..., D) -> (..., F) -> (..., D)
}

}  // namespace lemma::nn
