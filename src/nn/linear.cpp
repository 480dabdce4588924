#include "lemma/nn/linear.h"

#include <cmath>

#include "lemma/nn/init.h"
#include "lemma/ops.h"
#include "nn/checks.h"
#include "nn/print.h"

namespace lemma::nn {

Linear::Linear(int64_t in_features, int64_t out_features, bool with_bias)
    : in_features_(in_features), out_features_(out_features) {
  check_positive("Linear", "in_features", in_features);
  check_positive("Linear", "out_features", out_features);
  weight = empty({out_features, in_features});
  // PyTorch's kaiming_uniform with a = sqrt(5) comes out as this bound.
  const double bound = 1 / std::sqrt(static_cast<double>(in_features));
  init::uniform_(weight, -bound, bound);
  register_parameter("weight", weight);
  if (!with_bias) return;
  bias = empty({out_features});
  init::uniform_(bias, -bound, bound);
  register_parameter("bias", bias);
}

Tensor Linear::forward(const Tensor& x) const { return linear(x, weight, bias); }

std::string Linear::extra_repr() const {
  return fmt::format("in_features={}, out_features={}, bias={}", in_features_, out_features_, python(bias.defined()));
}

}  // namespace lemma::nn
