#pragma once
/// Tiles of one operand as the tensor cores want them: 16-byte chunks in shared memory, at swizzled places, and a
/// warp's registers filled from them. The numbers are 16-bit (two per register) or tf32 in 32 bits.

#include "kernels/cuda/matmul/product.h"
#include "kernels/cuda/mma.h"

namespace lemma::kernels::cuda {

struct alignas(16) Chunk {
  uint32_t word[4];
};

/// kSize rows of A or columns of B, 64 bytes of numbers along K (kDepth).
/// kAlongK: neighbours in memory lie along K, chunk [across][4]; otherwise across, chunk [k][kSize / kPerChunk].
/// The swizzle moves chunk i of row r to i ^ f(r), so that the eight rows that ldmatrix reads at once, one below
/// the other, lie in eight different groups of banks.
template <class Element, int kSize, int kBlock, bool kFastK>
struct ChunkTile {
  static constexpr bool kHalf = sizeof(Element) == 2, kAlongK = kFastK;
  static constexpr int kPerChunk = static_cast<int>(16 / sizeof(Element)), kDepth = 4 * kPerChunk;
  static constexpr int kRowChunks = kAlongK ? 4 : kSize / kPerChunk, kChunks = kSize * 4, kCopies = kChunks / kBlock;

  static __device__ __forceinline__ int place(int row, int chunk) {
    const int mask = kAlongK ? row / 2 % 4 : kHalf ? row % 8 : row % 4 * 2;
    return row * kRowChunks + (chunk ^ mask);
  }

  const Element* from;
  int64_t row_stride;  // elements from a row of chunks to the next
  int64_t step;        // ... and from a tile to the next along K
  int rows_left, row0, chunk0;

  /// `first` is the element (0, k = 0) of the tile; `left` how many rows or columns there are from it on.
  __device__ ChunkTile(const Element* first, int64_t stride, int64_t k_stride, int left)
      : row_stride(kAlongK ? stride : k_stride), step(kDepth * k_stride), rows_left(left) {
    row0 = static_cast<int>(threadIdx.x) / kRowChunks, chunk0 = static_cast<int>(threadIdx.x) % kRowChunks;
    from = first + row0 * row_stride + chunk0 * kPerChunk;
  }
  /// Queues the tile's copies and moves on along K; zeros outside of the operand. `depth` is what is left of K.
  __device__ void load(Chunk* tile, int depth) {
    UNROLL for (int i = 0; i < kCopies; ++i) {
      constexpr int kRowsApart = kBlock / kRowChunks;
      const int row = row0 + i * kRowsApart, other = chunk0 * kPerChunk;
      const bool there = kAlongK ? row < rows_left && other < depth : row < depth && other < rows_left;
      async_copy<16>(tile + place(row, chunk0), from + i * kRowsApart * row_stride, there);
    }
    from += step;
  }
  /// Rounds what this thread has copied into `tile` to tf32, once for all warps that read it. Requires: it has arrived.
  __device__ void round_to_tf32(Chunk* tile) const {
    UNROLL for (int i = 0; i < kCopies; ++i) {
      Chunk& chunk = tile[place(row0 + i * (kBlock / kRowChunks), chunk0)];
      Chunk x = chunk;
      UNROLL for (int w = 0; w < 4; ++w) x.word[w] = to_tf32(x.word[w]);
      chunk = x;
    }
  }
};

/// The A registers of the i-th fragment of 16 rows from row `m` (a multiple of 16) on, for the K step `step` (32
/// bytes).
template <class Tile>
__device__ void load_a(uint32_t (&r)[4], const Chunk* tile, int m, int i, int step, int lane) {
  if constexpr (Tile::kAlongK) {  // 16 rows further down the swizzle is the same
    ldmatrix_x4<false>(r, tile + Tile::place(m + lane % 16, step * 2 + lane / 16) + i * 16 * Tile::kRowChunks);
  } else if constexpr (Tile::kHalf) {
    ldmatrix_x4<true>(r, tile + Tile::place(step * 16 + lane % 8 + lane / 16 * 8, m / 8 + i * 2 + lane / 8 % 2));
  } else {
    UNROLL for (int w = 0; w < 4; ++w) {
      const int k = step * 8 + lane % 4 + w / 2 * 4, at = m + i * 16 + lane / 4 + w % 2 * 8;
      r[w] = tile[Tile::place(k, at / 4)].word[at % 4];
    }
  }
}

/// The B registers of fragments 2j and 2j + 1, 8 columns each, from column `n` (a multiple of 16) on.
template <class Tile>
__device__ void load_b(uint32_t (&r)[4], const Chunk* tile, int n, int j, int step, int lane) {
  if constexpr (Tile::kAlongK) {
    ldmatrix_x4<false>(
        r, tile + Tile::place(n + lane % 8 + lane / 16 * 8, step * 2 + lane / 8 % 2) + j * 16 * Tile::kRowChunks);
  } else if constexpr (Tile::kHalf) {
    ldmatrix_x4<true>(r, tile + Tile::place(step * 16 + lane % 16, n / 8 + j * 2 + lane / 16));
  } else {
    UNROLL for (int w = 0; w < 4; ++w) {
      const int k = step * 8 + lane % 4 + w % 2 * 4, at = n + j * 16 + lane / 4 + w / 2 * 8;
      r[w] = tile[Tile::place(k, at / 4)].word[at % 4];
    }
  }
}

}  // namespace lemma::kernels::cuda
