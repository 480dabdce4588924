#include "lemma/nn/conformer.h"

#include <cmath>
#include <limits>
#include <vector>

#include "lemma/core/error.h"
#include "lemma/nn/init.h"
#include "lemma/ops.h"
#include "nn/checks.h"

namespace lemma::nn {
namespace {

// Column j of row q holds distance T - 1 - j; moved so that column k of row q holds distance q - k:
// (B, H, T, 2T - 1) -> (B, H, T, T). One zero more in front of each row, and rows of T elements begin where they
// should.
Tensor by_key(const Tensor& x) {
  const int64_t B = x.size(0), H = x.size(1), T = x.size(2), P = x.size(3);
  const Tensor shifted = pad(x, 3, 1, 0).reshape({B, H, P + 1, T});
  return narrow(narrow(shifted, 2, 1, P).reshape({B, H, T, P}), 3, 0, T);
}

Tensor width_checked(const char* where, const Tensor& x, int64_t width) {
  if (x.dim() != 3 || x.size(2) != width)
    throw ShapeError(where, "x is " + x.shape().str() + "; expected (B, T, " + std::to_string(width) + ")",
                     {x.shape()});
  return x;
}

}  // namespace

Tensor relative_positions(int64_t length, int64_t width, const TensorOptions& options) {
  check_positive("relative_positions", "length", length);
  if (width < 2 || width % 2 != 0)
    throw ValueError("relative_positions", "width is " + std::to_string(width) + "; it must be even");
  std::vector<double> values;
  for (int64_t distance = length - 1; distance > -length; --distance)
    for (int64_t d = 0; d < width; ++d) {
      const double rate = std::pow(10000.0, -static_cast<double>(d / 2 * 2) / static_cast<double>(width));
      const double angle = static_cast<double>(distance) * rate;
      values.push_back(d % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  const Tensor wide = from_data(values.data(), {2 * length - 1, width}, {.dtype = float64, .device = Device::cpu()});
  return wide.to(options.dtype.value_or(float32)).to(options.device);
}

RelativeAttention::RelativeAttention(int64_t width, int64_t heads, double dropout)
    : in_proj(child(this, "in_proj", width, 3 * width)),
      pos_proj(child(this, "pos_proj", width, width, false)),
      out_proj(child(this, "out_proj", width, width)),
      heads_(heads),
      dropout_(dropout) {
  check_heads("RelativeAttention", "width", width, "heads", heads);
  check_probability("RelativeAttention", dropout);
  if (width % 2 != 0) throw ValueError("RelativeAttention", "width is " + std::to_string(width) + "; it must be even");
  pos_u = zeros({heads, width / heads});
  pos_v = zeros({heads, width / heads});
  register_parameter("pos_u", pos_u);
  register_parameter("pos_v", pos_v);
}

Tensor RelativeAttention::operator()(const Tensor& given, const Tensor& attend_keys, Tensor* weights) const {
  const int64_t D = out_proj.weight.size(0), H = heads_, E = D / H;
  const Tensor x = width_checked("RelativeAttention", given, D);
  const int64_t B = x.size(0), T = x.size(1);
  const auto heads = [&](const Tensor& y) { return y.reshape({-1, y.size(1), H, E}).transpose(1, 2); };  // (., H, ., E)
  const std::vector<Tensor> qkv = chunk(in_proj(x), 3, 2);
  const Tensor q = heads(qkv[0]), k = heads(qkv[1]), v = heads(qkv[2]);  // (B, H, T, E)
  const Tensor r = relative_positions(T, D, {.dtype = x.dtype(), .device = x.device()});
  const Tensor p = heads(pos_proj(r).unsqueeze(0));                                   // (1, H, 2T - 1, E)
  const Tensor content = matmul(q + pos_u.unsqueeze(1), k.transpose(2, 3));           // (B, H, T, T)
  const Tensor distance = by_key(matmul(q + pos_v.unsqueeze(1), p.transpose(2, 3)));  // (B, H, T, T)
  Tensor scores = (content + distance) / std::sqrt(static_cast<double>(E));
  if (attend_keys.defined())
    scores =
        masked_fill(scores, logical_not(attend_keys).reshape({B, 1, 1, T}), -std::numeric_limits<double>::infinity());
  const Tensor share = softmax(scores, 3);
  if (weights) *weights = share;
  const Tensor y = matmul(lemma::dropout(share, dropout_, is_training()), v);  // (B, H, T, E)
  return out_proj(y.transpose(1, 2).reshape({B, T, D}));
}

ConformerConvolution::ConformerConvolution(int64_t width, int64_t kernel)
    : pointwise1(child(this, "pointwise1", width, 2 * width)),
      depthwise(
          child(this, "depthwise", width, width, Dims(kernel), ConvOptions{.padding = kernel / 2, .groups = width})),
      norm(child(this, "norm", width)),
      pointwise2(child(this, "pointwise2", width, width)) {
  if (kernel % 2 == 0)
    throw ValueError("ConformerConvolution", "kernel is " + std::to_string(kernel) + "; it must be odd");
}

Tensor ConformerConvolution::operator()(const Tensor& x, const Tensor& real) const {
  Tensor y = glu(pointwise1(width_checked("ConformerConvolution", x, pointwise2.weight.size(0))), 2);  // (B, T, D)
  if (real.defined()) y = masked_fill(y, logical_not(real).unsqueeze(2), 0);
  y = silu(norm(depthwise(y.transpose(1, 2))));  // (B, D, T)
  return pointwise2(y.transpose(1, 2));          // (B, T, D)
}

ConformerBlock::ConformerBlock(int64_t width, int64_t heads, const ConformerOptions& options)
    : ff1_norm(child(this, "ff1_norm", width)),
      ff1_in(child(this, "ff1_in", width, options.dim_feedforward > 0 ? options.dim_feedforward : 4 * width)),
      ff1_out(child(this, "ff1_out", options.dim_feedforward > 0 ? options.dim_feedforward : 4 * width, width)),
      attention_norm(child(this, "attention_norm", width)),
      attention(child(this, "attention", width, heads, options.dropout)),
      convolution_norm(child(this, "convolution_norm", width)),
      convolution(child(this, "convolution", width, options.kernel)),
      ff2_norm(child(this, "ff2_norm", width)),
      ff2_in(child(this, "ff2_in", width, options.dim_feedforward > 0 ? options.dim_feedforward : 4 * width)),
      ff2_out(child(this, "ff2_out", options.dim_feedforward > 0 ? options.dim_feedforward : 4 * width, width)),
      norm(child(this, "norm", width)),
      dropout(child(this, "dropout", options.dropout)) {}

Tensor ConformerBlock::operator()(const Tensor& given, const Tensor& real, Tensor* weights) const {
  Tensor x = width_checked("ConformerBlock", given, ff1_out.weight.size(0));
  x = x + dropout(ff1_out(dropout(silu(ff1_in(ff1_norm(x)))))) * 0.5;
  x = x + dropout(attention(attention_norm(x), real, weights));
  x = x + dropout(convolution(convolution_norm(x), real));
  x = x + dropout(ff2_out(dropout(silu(ff2_in(ff2_norm(x)))))) * 0.5;
  return norm(x);
}

}  // namespace lemma::nn
