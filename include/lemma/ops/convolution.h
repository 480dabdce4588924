#pragma once
/// Convolutions and pooling: what is computed from windows that slide along a signal (1d) or across a picture (2d).
///
/// x: (B, C, L) or (B, C, H, W); without B the result has none either. `stride`, `padding` and `dilation` are one
/// number, or one for each dim: `conv2d(x, weight, bias, 2)`, `conv2d(x, weight, bias, {2, 1})`. Names, order and
/// defaults follow PyTorch. All are compositions of operations in ops.h, differentiable to any order, on every device.
///
/// Errors, where nothing else is said: ShapeError for shapes that do not fit, a window that is larger than x among
/// them; ValueError for a stride or dilation below 1 or a padding below 0; DTypeError, DeviceError as in ops.h.

#include <utility>

#include "lemma/tensor.h"

namespace lemma {

/// y[b][o][t] = bias[o] + sum over c, j of weight[o][c][j] x[b][c][t stride + j dilation - padding], 0 beyond the ends.
/// weight: (O, C / groups, K), bias: (O) or undefined. Result: (B, O, T), T = (L + 2 padding - dilation (K - 1) - 1) /
/// stride + 1. With groups the channels are cut into so many parts, each with filters of its own; groups = C is
/// "depthwise". Throws ValueError where groups do not divide C and O.
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const Dims& stride = 1,
              const Dims& padding = 0, const Dims& dilation = 1, int64_t groups = 1);
/// The same across two dims. weight: (O, C / groups, KH, KW). LeCun et al., 1989.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const Dims& stride = 1,
              const Dims& padding = 0, const Dims& dilation = 1, int64_t groups = 1);
/// The adjoint of conv1d, which makes a signal longer by its stride: y[b][o][t stride + j dilation - padding] +=
/// x[b][c][t] weight[c][o][j]. weight: (C, O / groups, K). Result: (B, O, T), T = (L - 1) stride - 2 padding + dilation
/// (K - 1) + output_padding + 1. Throws ValueError for an output_padding that is not below stride or dilation.
Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const Dims& stride = 1,
                        const Dims& padding = 0, const Dims& output_padding = 0, int64_t groups = 1,
                        const Dims& dilation = 1);
/// The same across two dims. weight: (C, O / groups, KH, KW).
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const Dims& stride = 1,
                        const Dims& padding = 0, const Dims& output_padding = 0, int64_t groups = 1,
                        const Dims& dilation = 1);

/// The largest of each window, which gets the gradient: the first of equal ones. A stride of 0 is the kernel's size;
/// the padding is -inf, and at most half the kernel.
Tensor max_pool1d(const Tensor& x, const Dims& kernel_size, const Dims& stride = 0, const Dims& padding = 0,
                  const Dims& dilation = 1);
/// The same across two dims.
Tensor max_pool2d(const Tensor& x, const Dims& kernel_size, const Dims& stride = 0, const Dims& padding = 0,
                  const Dims& dilation = 1);
/// The mean of each window; the zeros of the padding count unless `count_include_pad` is false.
Tensor avg_pool1d(const Tensor& x, const Dims& kernel_size, const Dims& stride = 0, const Dims& padding = 0,
                  bool count_include_pad = true);
/// The same across two dims.
Tensor avg_pool2d(const Tensor& x, const Dims& kernel_size, const Dims& stride = 0, const Dims& padding = 0,
                  bool count_include_pad = true);
/// The mean of `output_size` parts of equal length, as nearly as may be: part i reaches from floor(i L / T) to ceil((i
/// + 1) L / T).
Tensor adaptive_avg_pool1d(const Tensor& x, const Dims& output_size);
/// The same across two dims: `adaptive_avg_pool2d(x, 1)` is the mean of each channel.
Tensor adaptive_avg_pool2d(const Tensor& x, const Dims& output_size);
/// The largest of each of those parts.
Tensor adaptive_max_pool1d(const Tensor& x, const Dims& output_size);
/// The same across two dims.
Tensor adaptive_max_pool2d(const Tensor& x, const Dims& output_size);

/// A picture of another size, (B, C, H, W) -> (B, C, OH, OW), or a signal, (B, C, L) -> (B, C, T). "nearest" repeats or
/// leaves out elements; "linear" (of signals) and "bilinear" (of pictures) draw straight lines between the neighbours'
/// centres, or with align_corners between first and last element. ValueError for another mode.
Tensor interpolate(const Tensor& x, const Dims& size, const std::string& mode = "nearest", bool align_corners = false);

}  // namespace lemma
