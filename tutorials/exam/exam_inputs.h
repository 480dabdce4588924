#pragma once
/// The exam's inputs, which make_numbers.py gives to PyTorch as well.

#include <cmath>
#include <vector>

#include "lemma/lemma.h"

namespace exam {

/// Numbers by a formula: sin(0.7 s), sin(1.7 s), ... with s = seed + 1, two decimals. float64.
inline lemma::Tensor wave(int seed, const lemma::Shape& shape) {
  std::vector<double> values(static_cast<size_t>(shape.numel()));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = std::round(100 * std::sin((static_cast<double>(i) + 0.7) * (seed + 1))) / 100;
  return lemma::tensor(values, {.dtype = lemma::float64}).reshape(shape);
}

/// Batch, tokens, width, heads, width of the hidden layer.
constexpr int64_t B = 2, T = 3, D = 4, H = 2, F = 6;

/// The parameters of an encoder layer, named and shaped as in PyTorch. in_proj: queries, keys and values, stacked.
struct Weights {
  lemma::Tensor in_proj_weight = wave(10, {3 * D, D}), in_proj_bias = wave(11, {3 * D});
  lemma::Tensor out_proj_weight = wave(12, {D, D}), out_proj_bias = wave(13, {D});
  lemma::Tensor linear1_weight = wave(14, {F, D}), linear1_bias = wave(15, {F});
  lemma::Tensor linear2_weight = wave(16, {D, F}), linear2_bias = wave(17, {D});
  lemma::Tensor norm1_weight = wave(18, {D}), norm1_bias = wave(19, {D});
  lemma::Tensor norm2_weight = wave(20, {D}), norm2_bias = wave(21, {D});
};

}  // namespace exam
