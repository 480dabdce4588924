#pragma once
/// Batched products whose right side is one matrix for all: then the batches of the left side are just more rows.

#include <span>

#include "kernels/collapse.h"
#include "lemma/core/array.h"

namespace lemma::kernels {

inline bool batch_is_shared(const Array& x) {
  for (int d = 0; d < x.rank() - 2; ++d)
    if (x.shape()[d] != 1 && x.strides()[d] != 0) return false;
  return true;
}

/// (..., M, K) as (M', K) when the batch dims and M lie evenly in memory, else undefined.
inline Array stacked_rows(const Array& a) {
  const int last = a.rank() - 1;
  const Shape rows(std::span(a.shape().begin(), static_cast<size_t>(last)));
  const Strides strides(std::span(a.strides().begin(), static_cast<size_t>(last)));
  const auto merged = collapse<1>(rows, {&strides});
  if (merged.rank != 1) return {};
  return a.view({merged.size[0], a.shape()[last]}, {merged.stride[0][0], a.strides()[last]}, a.offset());
}

}  // namespace lemma::kernels
