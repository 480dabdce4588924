#pragma once
/// Pooling as layers: each is the operation of the same name in ops/convolution.h, with PyTorch's defaults.

#include "lemma/nn/layer.h"
#include "lemma/ops/convolution.h"

namespace lemma::nn {

struct PoolOptions {
  Dims stride = 0;  ///< 0: the kernel's size
  Dims padding = 0;
  Dims dilation = 1;              ///< of the largest alone; a mean refuses it
  bool count_include_pad = true;  ///< of the mean alone
};

/// What the pooling layers share.
class Pool : public Layer {
 public:
  std::string extra_repr() const override;

 protected:
  Pool(const char* name, int dims, bool of_means, const Dims& kernel_size, const PoolOptions& options);
  bool of_means_;
  Dims kernel_;
  PoolOptions options_;
};

/// (B, C, L) -> (B, C, T).
struct MaxPool1d : Pool {
  explicit MaxPool1d(const Dims& kernel_size, const PoolOptions& options = {})
      : Pool("MaxPool1d", 1, false, kernel_size, options) {}
  Tensor forward(const Tensor& x) const override {
    return max_pool1d(x, kernel_, options_.stride, options_.padding, options_.dilation);
  }
};
/// (B, C, H, W) -> (B, C, OH, OW).
struct MaxPool2d : Pool {
  explicit MaxPool2d(const Dims& kernel_size, const PoolOptions& options = {})
      : Pool("MaxPool2d", 2, false, kernel_size, options) {}
  Tensor forward(const Tensor& x) const override {
    return max_pool2d(x, kernel_, options_.stride, options_.padding, options_.dilation);
  }
};
/// (B, C, L) -> (B, C, T).
struct AvgPool1d : Pool {
  explicit AvgPool1d(const Dims& kernel_size, const PoolOptions& options = {})
      : Pool("AvgPool1d", 1, true, kernel_size, options) {}
  Tensor forward(const Tensor& x) const override {
    return avg_pool1d(x, kernel_, options_.stride, options_.padding, options_.count_include_pad);
  }
};
/// (B, C, H, W) -> (B, C, OH, OW).
struct AvgPool2d : Pool {
  explicit AvgPool2d(const Dims& kernel_size, const PoolOptions& options = {})
      : Pool("AvgPool2d", 2, true, kernel_size, options) {}
  Tensor forward(const Tensor& x) const override {
    return avg_pool2d(x, kernel_, options_.stride, options_.padding, options_.count_include_pad);
  }
};

/// One of the adaptive operations, to a fixed size: (B, C, L) -> (B, C, T), (B, C, H, W) -> (B, C, OH, OW).
template <Tensor (*pool)(const Tensor&, const Dims&)>
class AdaptivePool : public Layer {
 public:
  explicit AdaptivePool(const Dims& output_size) : output_size_(output_size) {}
  Tensor forward(const Tensor& x) const override { return pool(x, output_size_); }
  std::string extra_repr() const override { return "output_size=" + numbers(output_size_); }

 private:
  static std::string numbers(const Dims& sizes) { return sizes.rank() == 1 ? std::to_string(sizes[0]) : sizes.str(); }
  Dims output_size_;
};
struct AdaptiveAvgPool1d : AdaptivePool<adaptive_avg_pool1d> {
  using AdaptivePool::AdaptivePool;
};
struct AdaptiveAvgPool2d : AdaptivePool<adaptive_avg_pool2d> {
  using AdaptivePool::AdaptivePool;
};
struct AdaptiveMaxPool1d : AdaptivePool<adaptive_max_pool1d> {
  using AdaptivePool::AdaptivePool;
};
struct AdaptiveMaxPool2d : AdaptivePool<adaptive_max_pool2d> {
  using AdaptivePool::AdaptivePool;
};

}  // namespace lemma::nn
