#include "lemma/nn/batch_norm.h"

#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "nn/checks.h"
#include "nn/print.h"

namespace lemma::nn {

BatchNorm::BatchNorm(const char* name, int64_t num_features, const BatchNormOptions& options)
    : name_(name), num_features_(num_features), options_(options) {
  check_positive(name, "num_features", num_features);
  if (!(options.momentum >= 0 && options.momentum <= 1))
    throw ValueError(name, "momentum is " + number(options.momentum) + "; expected a number in [0, 1]");
  if (options.affine) {
    weight = ones({num_features});
    bias = zeros({num_features});
    register_parameter("weight", weight);
    register_parameter("bias", bias);
  }
  if (!options.track_running_stats) return;
  running_mean = zeros({num_features});
  running_var = ones({num_features});
  num_batches_tracked = zeros({}, {.dtype = int64});
  register_buffer("running_mean", running_mean);
  register_buffer("running_var", running_var);
  register_buffer("num_batches_tracked", num_batches_tracked);
}

Tensor BatchNorm::forward(const Tensor& x) const {
  if (x.defined() && (!takes(x) || x.size(1) != num_features_)) {
    const int64_t C = num_features_;
    throw ShapeError(name_,
                     fmt::format("x is {}; expected {}", x.shape().str(),
                                 std::string_view(name_) == "BatchNorm1d" ? fmt::format("(B, {}) or (B, {}, L)", C, C)
                                                                          : fmt::format("(B, {}, H, W)", C)),
                     {x.shape()});
  }
  const bool of_batch = is_training() || !running_mean.defined();
  const Tensor y = batch_norm(x, running_mean, running_var, weight, bias, of_batch, options_.momentum, options_.eps);
  if (is_training() && num_batches_tracked.defined()) {
    const NoGrad guard;
    Tensor(num_batches_tracked).add_(1);
  }
  return y;
}

std::string BatchNorm::extra_repr() const {
  return fmt::format("{}, eps={}, momentum={}, affine={}, track_running_stats={}", num_features_, python(options_.eps),
                     python(options_.momentum), python(options_.affine), python(options_.track_running_stats));
}

GroupNorm::GroupNorm(int64_t num_groups, int64_t num_channels, double eps, bool affine)
    : num_groups_(num_groups), num_channels_(num_channels), eps_(eps) {
  check_heads("GroupNorm", "num_channels", num_channels, "num_groups", num_groups);
  if (!affine) return;
  weight = ones({num_channels});
  bias = zeros({num_channels});
  register_parameter("weight", weight);
  register_parameter("bias", bias);
}

Tensor GroupNorm::forward(const Tensor& x) const {
  if (x.defined() && (x.dim() < 2 || x.size(1) != num_channels_))
    throw ShapeError("GroupNorm", fmt::format("x is {}; expected (B, {}, ...)", x.shape().str(), num_channels_),
                     {x.shape()});
  return group_norm(x, num_groups_, weight, bias, eps_);
}

std::string GroupNorm::extra_repr() const {
  return fmt::format("{}, {}, eps={}, affine={}", num_groups_, num_channels_, python(eps_), python(weight.defined()));
}

}  // namespace lemma::nn
