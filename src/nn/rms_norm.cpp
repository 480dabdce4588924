#include "lemma/nn/rms_norm.h"

#include "lemma/ops.h"
#include "nn/print.h"

namespace lemma::nn {

RMSNorm::RMSNorm(const Shape& normalized_shape, double eps, bool elementwise_affine)
    : normalized_shape_(normalized_shape), eps_(eps) {
  if (!elementwise_affine) return;
  weight = ones(normalized_shape);
  register_parameter("weight", weight);
}

Tensor RMSNorm::forward(const Tensor& x) const { return rms_norm(x, normalized_shape_, weight, eps_); }

std::string RMSNorm::extra_repr() const {
  return fmt::format("{}, eps={}, elementwise_affine={}", python(normalized_shape_), eps_ == 0 ? "None" : python(eps_),
                     python(weight.defined()));
}

}  // namespace lemma::nn
