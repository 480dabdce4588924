#include "lemma/nn/pooling.h"

#include "nn/print.h"
#include "ops/windows.h"

namespace lemma::nn {

Pool::Pool(const char* name, int dims, bool of_means, const Dims& kernel_size, const PoolOptions& options)
    : of_means_(of_means), kernel_(kernel_size), options_(options) {
  for_each_dim(name, "kernel_size", kernel_size, dims, 1);
  for_each_dim(name, "stride", options.stride, dims, 0);
  for_each_dim(name, "padding", options.padding, dims, 0);
  if (const Dims spread = for_each_dim(name, "dilation", options.dilation, dims, 1);
      of_means && spread != Dims::filled(dims, 1))
    throw ValueError(name,
                     fmt::format("dilation is {}; a mean takes neighbours, so expected 1", options.dilation.str()));
}

/// As PyTorch: numbers as they were given.
std::string Pool::extra_repr() const {
  const auto numbers = [](const Dims& given) { return given.rank() == 1 ? std::to_string(given[0]) : given.str(); };
  const Dims& stride = options_.stride == Dims(0) ? kernel_ : options_.stride;
  const std::string text = fmt::format("kernel_size={}, stride={}, padding={}", numbers(kernel_), numbers(stride),
                                       numbers(options_.padding));
  return of_means_ ? text : text + fmt::format(", dilation={}, ceil_mode=False", numbers(options_.dilation));
}

}  // namespace lemma::nn
