#pragma once
/// One product, as every rung of the ladder takes it: C (m x n, row-major) = A (m x k) B (k x n), for a batch of them.

#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {

/// Strides are in elements, any of them; Cs follow one another. Where `splits` > 1 K is cut into as many pieces of
/// `k_piece`, each with a C of its own (float32 or float64), which are added up afterwards, always in the same order.
struct Product {
  int m, n, k, splits, k_piece;
  int64_t a_row, a_col, b_row, b_col, batches;
  Walk<2, int64_t> batch;  // where matrix i of A and of B begins
};

/// Which tile of C, of which matrix, over which piece of K, a block computes. One block per tile.
struct Place {
  int row, col, k_begin, k_end;  // the tile's first row and column
  int64_t a, b, c;               // where A, B and C begin, in elements
};

/// Tiles are taken in groups of 8 tile rows, down each column of the group first: the blocks that run at the same time
/// then share rows of A and columns of B in the second-level cache.
template <int kRows, int kCols>
__device__ Place place_of(const Product& p) {
  constexpr unsigned kGroup = 8;
  const unsigned rows = static_cast<unsigned>(p.m + kRows - 1) / kRows,
                 cols = static_cast<unsigned>(p.n + kCols - 1) / kCols, tiles = rows * cols;
  const unsigned matrix = blockIdx.x / tiles, tile = blockIdx.x - matrix * tiles;
  const unsigned group = tile / (kGroup * cols), in_group = tile - group * kGroup * cols;
  const unsigned height = min(kGroup, rows - group * kGroup);
  const unsigned split = matrix / static_cast<unsigned>(p.batches);
  Place at;
  at.row = static_cast<int>(group * kGroup + in_group % height) * kRows;
  at.col = static_cast<int>(in_group / height) * kCols;
  at.k_begin = static_cast<int>(split) * p.k_piece;
  at.k_end = min(p.k, at.k_begin + p.k_piece);
  int64_t start[2];
  p.batch.offsets(matrix - split * static_cast<unsigned>(p.batches), start);
  at.a = start[0];
  at.b = start[1];
  at.c = static_cast<int64_t>(matrix) * p.m * p.n;
  return at;
}

/// The number of blocks that place_of() expects.
template <int kRows, int kCols>
int64_t blocks_of(const Product& p) {
  return ceil_div(p.m, kRows) * ceil_div(p.n, kCols) * p.batches * p.splits;
}

}  // namespace lemma::kernels::cuda
