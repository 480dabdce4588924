#pragma once
/// Copying between layouts whose fastest dims differ: square tiles go through shared memory, so that both the reads and
/// the writes of a warp are neighbours.

#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {

inline constexpr int kTile = 32, kTileRows = 8;

// dst[b][r][c] = src[b][r][c], with neighbours along c in dst and along r in src. One block per tile; block (32, 8).
template <class T>
__global__ void transpose_kernel(T* dst, const T* src, const __grid_constant__ Walk<2, int64_t> batch, int64_t rows,
                                 int64_t cols, int64_t dst_row, int64_t src_col) {
  SHARED(T, tile, [kTile][kTile + 1]);  // one more column: a warp's column lies in 32 different banks
  const int64_t tiles_c = (cols + kTile - 1) / kTile, tiles_r = (rows + kTile - 1) / kTile;
  const int64_t block = blockIdx.x, c0 = block % tiles_c * kTile, r0 = block / tiles_c % tiles_r * kTile;
  int64_t at[2];
  batch.offsets(block / (tiles_c * tiles_r), at);
  for (int j = static_cast<int>(threadIdx.y); j < kTile; j += kTileRows) {
    const int64_t r = r0 + threadIdx.x, c = c0 + j;
    if (r < rows && c < cols) tile[j][threadIdx.x] = src[at[1] + r + c * src_col];
  }
  __syncthreads();
  for (int j = static_cast<int>(threadIdx.y); j < kTile; j += kTileRows) {
    const int64_t r = r0 + j, c = c0 + threadIdx.x;
    if (r < rows && c < cols) dst[at[0] + r * dst_row + c] = tile[threadIdx.x][j];
  }
}

/// Copies by tiles if `dst` is fast along the last of `dims` and `src` along another one; false if they are not so.
template <class T>
bool transpose(T* dst, const T* src, const Collapsed<2>& dims) {
  const int last = dims.rank - 1;
  int across = -1;
  for (int d = 0; d < last; ++d)
    if (dims.stride[1][static_cast<size_t>(d)] == 1) across = d;
  if (across < 0 || dims.inner_stride(0) != 1 || dims.inner_stride(1) == 1) return false;
  const int64_t rows = dims.size[static_cast<size_t>(across)], cols = dims.inner_size();
  if (rows < 16 || cols < 16) return false;
  Collapsed<2> batch;
  int64_t batches = 1;
  for (int d = 0; d < last; ++d) {
    if (d == across) continue;
    const size_t from = static_cast<size_t>(d), to = static_cast<size_t>(batch.rank++);
    batches *= batch.size[to] = dims.size[from];
    for (size_t k = 0; k < 2; ++k) batch.stride[k][to] = dims.stride[k][from];
  }
  const int64_t blocks = ceil_div(rows, kTile) * ceil_div(cols, kTile) * batches;
  if (blocks >= int64_t{1} << 31) return false;
  launch({"transpose", dim3(static_cast<unsigned>(blocks)), dim3(kTile, kTileRows)}, transpose_kernel<T>, dst, src,
         walk_of<2, int64_t>(batch), rows, cols, dims.stride[0][static_cast<size_t>(across)], dims.inner_stride(1));
  return true;
}

}  // namespace lemma::kernels::cuda
