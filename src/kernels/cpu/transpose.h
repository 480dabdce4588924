#pragma once
/// Copies between layouts whose innermost dims differ, by small tiles that fit the first cache: each cache line is then
/// fetched once, not once per element.

#include "kernels/collapse.h"
#include "kernels/cpu/parallel.h"

namespace lemma::kernels::cpu {

inline constexpr int64_t kTransposeTile = 64;

/// to[c * to_step + r] = from[r * from_step + c], in vectors. rows and columns at most kTransposeTile.
void transpose_words(const uint32_t* from, int64_t from_step, int64_t rows, int64_t columns, uint32_t* to,
                     int64_t to_step);

/// The outer dim along which `src` (operand 1) is packed more closely than along the inner dim; -1 if there is none
/// worth it.
inline int transposed_dim(const Collapsed<2>& dims) {
  const int64_t inner = dims.inner_stride(1);
  if (dims.inner_stride(0) != 1 || inner <= 1) return -1;
  int best = -1;
  int64_t closest = inner;
  for (int i = 0; i < dims.rank - 1; ++i) {
    const int64_t stride = dims.stride[1][static_cast<size_t>(i)];
    if (stride > 0 && stride < closest && dims.size[static_cast<size_t>(i)] >= 4) {
      best = i;
      closest = stride;
    }
  }
  return best;
}

/// Requires: across = transposed_dim(dims) >= 0.
template <class T>
void copy_transposed(T* dst, const T* src, const Collapsed<2>& dims, int across) {
  constexpr int64_t kTile = kTransposeTile;
  const size_t a = static_cast<size_t>(across), last = static_cast<size_t>(dims.rank - 1);
  const int64_t rows = dims.size[a], columns = dims.size[last];
  const int64_t to_row = dims.stride[0][a], from_row = dims.stride[1][a], from_column = dims.stride[1][last];
  // What is left: the dims around the plane (across, inner). Its own innermost dim is a dummy that OuterWalk leaves
  // out.
  Collapsed<2> around;
  for (size_t i = 0; i < last; ++i)
    if (i != a) {
      const size_t r = static_cast<size_t>(around.rank++);
      around.size[r] = dims.size[i];
      around.stride[0][r] = dims.stride[0][i], around.stride[1][r] = dims.stride[1][i];
    }
  around.size[static_cast<size_t>(around.rank++)] = 1;
  const int64_t bands = (rows + kTile - 1) / kTile;
  const int64_t grain = std::max<int64_t>(1, kGrain / (kTile * columns));
  parallel_for(around.outer_count() * bands, grain, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const OuterWalk<2> plane(around, task / bands);
      const int64_t row_begin = task % bands * kTile, row_end = std::min(rows, row_begin + kTile);
      for (int64_t column = 0; column < columns; column += kTile) {
        const int64_t column_end = std::min(columns, column + kTile);
        if constexpr (sizeof(T) == 4)
          if (from_row == 1) {
            transpose_words(src + plane.offset[1] + row_begin + column * from_column, from_column, column_end - column,
                            row_end - row_begin, dst + plane.offset[0] + row_begin * to_row + column, to_row);
            continue;
          }
        for (int64_t r = row_begin; r < row_end; ++r) {
          T* y = dst + plane.offset[0] + r * to_row;
          const T* x = src + plane.offset[1] + r * from_row;
          for (int64_t c = column; c < column_end; ++c) y[c] = x[c * from_column];
        }
      }
    }
  });
}

}  // namespace lemma::kernels::cpu
