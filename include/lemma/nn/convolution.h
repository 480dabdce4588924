#pragma once
/// Convolutions as layers. Names, defaults and state-dict keys are PyTorch's; formulas and shapes are in
/// ops/convolution.h.

#include "lemma/nn/layer.h"
#include "lemma/ops/convolution.h"

namespace lemma::nn {

struct ConvOptions {
  Dims stride = 1, padding = 0, dilation = 1;  ///< one number, or one for each dim
  int64_t groups = 1;
  bool bias = true;
  Dims output_padding = 0;  ///< of the transposed ones alone; the others refuse it
};

/// What they share: weight and bias (O), both U(-1/sqrt(n), 1/sqrt(n)) where n is the number of weights of one output.
class Convolution : public Layer {
 public:
  std::string extra_repr() const override;

  Tensor weight, bias;  ///< bias is undefined without one

 protected:
  Convolution(const char* name, int dims, int64_t in_channels, int64_t out_channels, const Dims& kernel_size,
              const ConvOptions& options, bool transposed);
  int64_t in_, out_;
  Dims kernel_;
  ConvOptions options_;
};

/// (B, C, L) -> (B, O, T). weight: (O, C / groups, K).
struct Conv1d : Convolution {
  /// Throws ValueError for a size below 1 and for groups that do not divide the channels.
  Conv1d(int64_t in_channels, int64_t out_channels, const Dims& kernel_size, const ConvOptions& options = {})
      : Convolution("Conv1d", 1, in_channels, out_channels, kernel_size, options, false) {}
  Tensor forward(const Tensor& x) const override {
    return conv1d(x, weight, bias, options_.stride, options_.padding, options_.dilation, options_.groups);
  }
};

/// (B, C, H, W) -> (B, O, OH, OW). weight: (O, C / groups, KH, KW).
struct Conv2d : Convolution {
  /// Throws as Conv1d.
  Conv2d(int64_t in_channels, int64_t out_channels, const Dims& kernel_size, const ConvOptions& options = {})
      : Convolution("Conv2d", 2, in_channels, out_channels, kernel_size, options, false) {}
  Tensor forward(const Tensor& x) const override {
    return conv2d(x, weight, bias, options_.stride, options_.padding, options_.dilation, options_.groups);
  }
};

/// (B, C, L) -> (B, O, T), longer by the stride. weight: (C, O / groups, K).
struct ConvTranspose1d : Convolution {
  /// Throws as Conv1d.
  ConvTranspose1d(int64_t in_channels, int64_t out_channels, const Dims& kernel_size, const ConvOptions& options = {})
      : Convolution("ConvTranspose1d", 1, in_channels, out_channels, kernel_size, options, true) {}
  Tensor forward(const Tensor& x) const override {
    return conv_transpose1d(x, weight, bias, options_.stride, options_.padding, options_.output_padding,
                            options_.groups, options_.dilation);
  }
};

/// (B, C, H, W) -> (B, O, OH, OW). weight: (C, O / groups, KH, KW).
struct ConvTranspose2d : Convolution {
  /// Throws as Conv1d.
  ConvTranspose2d(int64_t in_channels, int64_t out_channels, const Dims& kernel_size, const ConvOptions& options = {})
      : Convolution("ConvTranspose2d", 2, in_channels, out_channels, kernel_size, options, true) {}
  Tensor forward(const Tensor& x) const override {
    return conv_transpose2d(x, weight, bias, options_.stride, options_.padding, options_.output_padding,
                            options_.groups, options_.dilation);
  }
};

}  // namespace lemma::nn
