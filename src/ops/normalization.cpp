// Norms over batches and over groups of channels.
#include "lemma/ops/normalization.h"

#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "ops/check.h"
#include "ops/composition.h"

namespace lemma {
namespace {

// One number for each channel, of x's dtype; beside halves float32 will do.
void check_channels(const char* op, const Tensor& x, const char* what, const Tensor& of_channels) {
  if (!of_channels.defined()) return;
  if (of_channels.dtype() != x.dtype() && of_channels.dtype() != (is_half(x.dtype()) ? float32 : x.dtype()) &&
      !mixed::autocast_on(x))
    throw DTypeError(op,
                     fmt::format("{} is {}, and x {}; cast one of them, e.g. with .to({})", what,
                                 check::kind(of_channels), check::kind(x), name(x.dtype())),
                     {of_channels.dtype(), x.dtype()});
  check::same_device(op, what, of_channels, "x", x);
  if (of_channels.shape() == Shape(x.size(1))) return;
  throw ShapeError(op,
                   fmt::format("{} is {}; x {} has {} channels, so expected ({})", what, of_channels.shape().str(),
                               x.shape().str(), x.size(1), x.size(1)),
                   {of_channels.shape(), x.shape()});
}

void check_input(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  check::floating(op, x);
  if (x.dim() < 2)
    throw ShapeError(op, fmt::format("x is {}; expected (B, C) or (B, C, ...)", x.shape().str()), {x.shape()});
  if (!(eps >= 0)) throw ValueError(op, fmt::format("eps is {}; it must be 0 or more", eps));
  check_channels(op, x, "the weight", weight);
  check_channels(op, x, "the bias", bias);
}

// (C) as (1, C, 1...).
Tensor along(const Tensor& of_channels, const Tensor& x) {
  Shape shape = Shape::filled(x.dim(), 1);
  shape[1] = x.size(1);
  return reshape(of_channels, shape);
}

Tensor scaled(Tensor y, const Tensor& weight, const Tensor& bias) {
  if (weight.defined()) y = y * along(mixed::wide(weight), y);
  return bias.defined() ? y + along(mixed::wide(bias), y) : y;
}

// 1 / sqrt(variance + eps); NaN where the squares overflow, since 1 / inf would make 0 of a channel.
Tensor inverse_deviation(const Tensor& variance, double eps) { return rsqrt(variance + (variance.detach() * 0 + eps)); }

void keep_running(Tensor running, const Tensor& of_batch, double momentum) {
  if (!running.defined()) return;
  const NoGrad guard;
  running.mul_(1 - momentum).add_(of_batch.detach().reshape(running.shape()).to(running.dtype()) * momentum);
}

}  // namespace

Tensor batch_norm(const Tensor& input, Tensor running_mean, Tensor running_var, const Tensor& weight,
                  const Tensor& bias, bool training, double momentum, double eps) {
  const char* const op = "batch_norm";
  Composition result(op);
  check_input(op, input, weight, bias, eps);
  check_channels(op, input, "running_mean", running_mean);
  check_channels(op, input, "running_var", running_var);
  const Tensor x = result.wide(input);
  if (!training) {
    if (!running_mean.defined() || !running_var.defined())
      throw ValueError(op, "outside training it needs a running_mean and a running_var");
    const Tensor scale = rsqrt(mixed::wide(running_var) + eps);
    return result(scaled((x - along(mixed::wide(running_mean), x)) * along(scale, x), weight, bias));
  }
  if (!(momentum >= 0 && momentum <= 1))
    throw ValueError(op, fmt::format("momentum is {}; expected a number in [0, 1]", momentum));
  const int64_t n = x.numel() / std::max<int64_t>(1, x.size(1));
  if (n < 2)
    throw ValueError(op, fmt::format("training needs more than one element a channel; x is {}", input.shape().str()));
  Dims others = 0;
  for (int i = 2; i < x.dim(); ++i) others.push_back(i);
  const Tensor centre = mean(x, others, true);
  const Tensor rest = x + -centre;  // not x - centre: so the gradient is summed before it is negated
  const Tensor variance = mean(square(rest), others, true);
  keep_running(running_mean, centre, momentum);
  keep_running(running_var, variance.detach() * (static_cast<double>(n) / static_cast<double>(n - 1)), momentum);
  const Tensor scale = scaled(inverse_deviation(variance, eps), weight, {});  // (1, C, 1...): one pass over x for both
  return result(scaled(rest * scale, {}, bias));
}

Tensor group_norm(const Tensor& input, int64_t num_groups, const Tensor& weight, const Tensor& bias, double eps) {
  const char* const op = "group_norm";
  Composition result(op);
  check_input(op, input, weight, bias, eps);
  if (num_groups < 1 || input.size(1) % num_groups != 0)
    throw ValueError(op, fmt::format("num_groups is {}; it must divide the {} channels of x {}", num_groups,
                                     input.size(1), input.shape().str()));
  const Tensor x = result.wide(input);
  if (x.numel() == 0) return result(scaled(x * 1, weight, bias));
  const Tensor rows = reshape(x, {x.size(0), num_groups, -1});
  const auto [variance, centre] = var_mean(rows, -1, 0, true);
  return result(scaled(reshape((rows - centre) * inverse_deviation(variance, eps), x.shape()), weight, bias));
}

}  // namespace lemma
