#pragma once
/// Merging neighbouring dims that N operands walk in the same way: (2, 3, 4) contiguous is just 24 elements in a row.

#include <array>
#include <cstdint>

#include "lemma/core/shape.h"

namespace lemma::kernels {

/// The dims left after merging, outermost first; rank >= 1. stride[operand][dim] is in elements.
template <int N>
struct Collapsed {
  int rank = 0;
  std::array<int64_t, kMaxRank> size{};
  std::array<std::array<int64_t, kMaxRank>, N> stride{};

  int64_t inner_size() const { return size[static_cast<size_t>(rank - 1)]; }
  int64_t inner_stride(int operand) const {
    return stride[static_cast<size_t>(operand)][static_cast<size_t>(rank - 1)];
  }
  int64_t outer_count() const {
    int64_t n = 1;
    for (int i = 0; i < rank - 1; ++i) n *= size[static_cast<size_t>(i)];
    return n;
  }
};

/// Requires: N strides of the shape's rank. Ensures: dims of size 1 are gone, and no two neighbours can be merged.
template <int N>
Collapsed<N> collapse(const Shape& shape, const std::array<const Strides*, N>& strides) {
  Collapsed<N> out;
  size_t last = 0;  // one past the last kept dim
  for (int dim = 0; dim < shape.rank(); ++dim) {
    if (shape[dim] == 1) continue;
    bool merges = last > 0;
    for (size_t k = 0; k < N && merges; ++k) merges = out.stride[k][last - 1] == (*strides[k])[dim] * shape[dim];
    if (merges)
      out.size[last - 1] *= shape[dim];
    else
      out.size[last++] = shape[dim];
    for (size_t k = 0; k < N; ++k) out.stride[k][last - 1] = (*strides[k])[dim];
  }
  if (last == 0) {
    out.size[last++] = 1;
    for (size_t k = 0; k < N; ++k) out.stride[k][0] = 1;
  }
  out.rank = static_cast<int>(last);
  return out;
}

/// Walks the outer dims (all but the innermost) in row-major order and keeps each operand's offset in elements.
template <int N>
class OuterWalk {
 public:
  OuterWalk(const Collapsed<N>& dims, int64_t start) : dims_(dims) {
    for (int d = dims.rank - 2; d >= 0; --d) {
      const size_t i = static_cast<size_t>(d);
      index_[i] = start % dims.size[i];
      start /= dims.size[i];
      for (size_t k = 0; k < N; ++k) offset[k] += index_[i] * dims.stride[k][i];
    }
  }
  void next() {
    for (int d = dims_.rank - 2; d >= 0; --d) {
      const size_t i = static_cast<size_t>(d);
      for (size_t k = 0; k < N; ++k) offset[k] += dims_.stride[k][i];
      if (++index_[i] < dims_.size[i]) return;
      for (size_t k = 0; k < N; ++k) offset[k] -= dims_.stride[k][i] * dims_.size[i];
      index_[i] = 0;
    }
  }
  std::array<int64_t, N> offset{};

 private:
  const Collapsed<N>& dims_;
  std::array<int64_t, kMaxRank> index_{};
};

}  // namespace lemma::kernels
