#include "lemma/nn/convolution.h"

#include <cmath>

#include "lemma/nn/init.h"
#include "nn/checks.h"
#include "nn/print.h"
#include "ops/windows.h"

namespace lemma::nn {

Convolution::Convolution(const char* name, int dims, int64_t in_channels, int64_t out_channels, const Dims& kernel_size,
                         const ConvOptions& options, bool transposed)
    : in_(in_channels), out_(out_channels), options_(options) {
  check_positive(name, "in_channels", in_);
  check_positive(name, "out_channels", out_);
  kernel_ = for_each_dim(name, "kernel_size", kernel_size, dims, 1);
  options_.stride = for_each_dim(name, "stride", options.stride, dims, 1);
  options_.padding = for_each_dim(name, "padding", options.padding, dims, 0);
  options_.dilation = for_each_dim(name, "dilation", options.dilation, dims, 1);
  options_.output_padding = for_each_dim(name, "output_padding", options.output_padding, dims, 0);
  if (!transposed && options_.output_padding != Dims::filled(dims, 0))
    throw ValueError(name, "output_padding is for the transposed convolutions; use padding");
  check_positive(name, "groups", options.groups);
  if (in_ % options.groups != 0 || out_ % options.groups != 0)
    throw ValueError(name, fmt::format("groups is {}; it must divide in_channels {} and out_channels {}",
                                       options.groups, in_, out_));
  Shape shape = transposed ? Shape{in_, out_ / options.groups} : Shape{out_, in_ / options.groups};
  for (const int64_t size : kernel_) shape.push_back(size);
  weight = empty(shape);
  // PyTorch's kaiming_uniform with a = sqrt(5) comes out as this bound.
  const double bound = 1 / std::sqrt(static_cast<double>(weight.numel() / shape[0]));
  init::uniform_(weight, -bound, bound);
  register_parameter("weight", weight);
  if (!options.bias) return;
  bias = empty({out_});
  init::uniform_(bias, -bound, bound);
  register_parameter("bias", bias);
}

std::string Convolution::extra_repr() const {
  const auto tuple = [](const Dims& numbers) { return python(Shape(numbers.to_vector())); };
  const auto all = [](const Dims& numbers, int64_t value) { return numbers == Dims::filled(numbers.rank(), value); };
  std::string text =
      fmt::format("{}, {}, kernel_size={}, stride={}", in_, out_, tuple(kernel_), tuple(options_.stride));
  if (!all(options_.padding, 0)) text += ", padding=" + tuple(options_.padding);
  if (!all(options_.dilation, 1)) text += ", dilation=" + tuple(options_.dilation);
  if (!all(options_.output_padding, 0)) text += ", output_padding=" + tuple(options_.output_padding);
  if (options_.groups != 1) text += fmt::format(", groups={}", options_.groups);
  return options_.bias ? text : text + ", bias=False";
}

}  // namespace lemma::nn
