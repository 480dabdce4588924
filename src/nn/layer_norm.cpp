#include "lemma/nn/layer_norm.h"

#include "lemma/ops.h"
#include "nn/print.h"

namespace lemma::nn {

LayerNorm::LayerNorm(const Shape& normalized_shape, double eps, bool elementwise_affine)
    : normalized_shape_(normalized_shape), eps_(eps) {
  if (!elementwise_affine) return;
  weight = ones(normalized_shape);
  bias = zeros(normalized_shape);
  register_parameter("weight", weight);
  register_parameter("bias", bias);
}

Tensor LayerNorm::forward(const Tensor& x) const { return layer_norm(x, normalized_shape_, weight, bias, eps_); }

std::string LayerNorm::extra_repr() const {
  return fmt::format("{}, eps={}, elementwise_affine={}", python(normalized_shape_), python(eps_),
                     python(weight.defined()));
}

}  // namespace lemma::nn
