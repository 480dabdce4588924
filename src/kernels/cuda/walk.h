#pragma once
/// From an element's row-major position to where it lies in each operand: what strided kernels count with. Plain C++,
/// so that tests can ask about arrays that no memory holds.

#include <array>
#include <cstdlib>

#include "kernels/collapse.h"
#include "lemma/core/half.h"  // LEMMA_HD

namespace lemma::kernels::cuda {

/// Collapsed dims as a kernel takes them, innermost first. Offsets in elements; I is 32-bit where they fit.
template <int N, class I>
struct Walk {
  int rank;
  I size[kMaxRank];
  I stride[N][kMaxRank];

  /// at[k]: where element `i` (row-major) of operand k lies.
  LEMMA_HD void offsets(I i, I (&at)[N]) const {
    for (int k = 0; k < N; ++k) at[k] = 0;
    for (int d = 0; d < kMaxRank; ++d) {
      if (d >= rank) break;
      const I quotient = d + 1 < rank ? i / size[d] : 0, index = i - quotient * size[d];
      for (int k = 0; k < N; ++k) at[k] += index * stride[k][d];
      i = quotient;
    }
  }
};

template <int N, class I>
Walk<N, I> walk_of(const Collapsed<N>& dims) {
  Walk<N, I> walk{};
  walk.rank = dims.rank;
  for (int d = 0; d < dims.rank; ++d) {
    const size_t from = static_cast<size_t>(dims.rank - 1 - d);
    walk.size[d] = static_cast<I>(dims.size[from]);
    for (size_t k = 0; k < N; ++k) walk.stride[k][d] = static_cast<I>(dims.stride[k][from]);
  }
  return walk;
}

/// True if positions and offsets of every operand stay in [0, 2^31), so that kernels may count in 32 bits without sign.
template <int N>
bool fits_32_bits(const Collapsed<N>& dims) {
  constexpr int64_t limit = int64_t{1} << 31;
  int64_t numel = 1;
  for (int d = 0; d < dims.rank; ++d) numel *= dims.size[static_cast<size_t>(d)];
  if (numel >= limit) return false;
  for (size_t k = 0; k < N; ++k) {
    int64_t last = 0;
    for (size_t d = 0; d < static_cast<size_t>(dims.rank); ++d) {
      if (dims.stride[k][d] < 0) return false;  // flip() walks backwards
      last += (dims.size[d] - 1) * dims.stride[k][d];
    }
    if (last >= limit) return false;
  }
  return true;
}

/// Where elements are too many, or too far apart, to be counted in 32 bits: the dim to halve, the one that reaches
/// furthest. -1 where they are not. Requires: the first operand's elements share no memory.
template <int N>
int dim_to_halve(const Shape& shape, const std::array<const Strides*, N>& strides) {
  constexpr int64_t limit = int64_t{1} << 31;
  int furthest = -1;
  int64_t reach = -1;
  bool fits = shape.numel() < limit;
  for (const Strides* stride : strides) {
    int64_t all = 0;
    for (int d = 0; d < shape.rank(); ++d) {
      const int64_t one = (shape[d] - 1) * std::abs((*stride)[d]);
      all += one;
      if (one > reach && shape[d] > 1) furthest = d, reach = one;
    }
    fits = fits && all < limit;
  }
  return fits ? -1 : furthest;
}

}  // namespace lemma::kernels::cuda
