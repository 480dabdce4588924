#pragma once
/// BatchNorm and GroupNorm as layers, with PyTorch's names, defaults and state-dict keys.

#include "lemma/nn/layer.h"
#include "lemma/ops/normalization.h"

namespace lemma::nn {

struct BatchNormOptions {
  double eps = 1e-5;
  double momentum = 0.1;
  bool affine = true;               ///< with weight and bias
  bool track_running_stats = true;  ///< else the batch's own mean and variance in eval mode too
};

/// batch_norm() with its state: weight (C) of ones, bias (C) of zeros, the buffers running_mean, running_var (C) and
/// num_batches_tracked. In eval mode it uses the running ones.
class BatchNorm : public Layer {
 public:
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

  Tensor weight, bias;               ///< undefined without affine
  Tensor running_mean, running_var;  ///< undefined without track_running_stats
  Tensor num_batches_tracked;        ///< int64, one number

 protected:
  BatchNorm(const char* name, int64_t num_features, const BatchNormOptions& options);
  virtual bool takes(const Tensor& x) const = 0;

 private:
  const char* name_;
  int64_t num_features_;
  BatchNormOptions options_;
};

/// x: (B, C) or (B, C, L), C = num_features. Throws ShapeError for another.
class BatchNorm1d : public BatchNorm {
 public:
  explicit BatchNorm1d(int64_t num_features, const BatchNormOptions& options = {})
      : BatchNorm("BatchNorm1d", num_features, options) {}

 private:
  bool takes(const Tensor& x) const override { return x.dim() == 2 || x.dim() == 3; }
};

/// x: (B, C, H, W), C = num_features. Throws ShapeError for another.
class BatchNorm2d : public BatchNorm {
 public:
  explicit BatchNorm2d(int64_t num_features, const BatchNormOptions& options = {})
      : BatchNorm("BatchNorm2d", num_features, options) {}

 private:
  bool takes(const Tensor& x) const override { return x.dim() == 4; }
};

/// group_norm() with weight (C) of ones and bias (C) of zeros. x: (B, C, ...).
class GroupNorm : public Layer {
 public:
  /// Throws ValueError where num_groups does not divide num_channels.
  GroupNorm(int64_t num_groups, int64_t num_channels, double eps = 1e-5, bool affine = true);
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

  Tensor weight, bias;  ///< undefined without affine

 private:
  int64_t num_groups_, num_channels_;
  double eps_;
};

}  // namespace lemma::nn
