// Rung 5: tensor cores. A warp multiplies 16 x 16 by 16 x 8 numbers with one instruction (mma.sync); three tiles are in
// shared memory, two of them on their way. 16-bit numbers, or float32 rounded to tf32; sums in float32 always.

#include "kernels/cuda/matmul/ladder.h"
#include "kernels/cuda/matmul/operands.h"
#include "kernels/cuda/matmul/tensor.cuh"

namespace lemma::kernels::cuda {
namespace {

constexpr int kStages = 3;
constexpr int kWarpCols = 32;  // a warp computes kSize / 2 x 32 of the tile: two threads for each of its rows

// Two blocks share a multiprocessor, except for tf32 tiles read number by number, which need more registers.
template <class Number, class Element, int kSize, bool kAAlongK, bool kBAlongK>
__global__ void __launch_bounds__(2 * kSize, sizeof(Element) == 4 && !kAAlongK ? 1 : 2)
    tensor_kernel(Element* c, float* pieces, const Element* a, const Element* b, const __grid_constant__ Product p) {
  constexpr int kBlock = 2 * kSize, kRowsOf16 = kSize / 32, kColsOf8 = kWarpCols / 8;
  using TileA = ChunkTile<Element, kSize, kBlock, kAAlongK>;
  using TileB = ChunkTile<Element, kSize, kBlock, kBAlongK>;
  SHARED(Chunk, a_tiles, [kStages][TileA::kChunks]);
  SHARED(Chunk, b_tiles, [kStages][TileB::kChunks]);
  const Place at = place_of<kSize, kSize>(p);
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  const int row = warp % 2 * (kSize / 2), col = warp / 2 * kWarpCols;
  TileA from_a(a + at.a + at.row * p.a_row + at.k_begin * p.a_col, p.a_row, p.a_col, p.m - at.row);
  TileB from_b(b + at.b + at.col * p.b_col + at.k_begin * p.b_row, p.b_col, p.b_row, p.n - at.col);
  const int depth = at.k_end - at.k_begin, tiles = (depth + TileA::kDepth - 1) / TileA::kDepth;
  UNROLL for (int stage = 0; stage < kStages - 1; ++stage) {
    if (stage < tiles) {
      from_a.load(a_tiles[stage], depth - stage * TileA::kDepth);
      from_b.load(b_tiles[stage], depth - stage * TileB::kDepth);
    }
    async_commit();
  }

  float sum[kRowsOf16][kColsOf8][4] = {};
  for (int tile = 0, stage = 0; tile < tiles; ++tile, stage = stage + 1 == kStages ? 0 : stage + 1) {
    async_wait<kStages - 2>();
    if constexpr (std::is_same_v<Number, TF32>) {
      from_a.round_to_tf32(a_tiles[stage]);
      from_b.round_to_tf32(b_tiles[stage]);
    }
    __syncthreads();  // this tile is there for all, and nobody reads the one before any more
    if (const int next = tile + kStages - 1; next < tiles) {
      const int to = stage == 0 ? kStages - 1 : stage - 1;
      from_a.load(a_tiles[to], depth - next * TileA::kDepth);
      from_b.load(b_tiles[to], depth - next * TileB::kDepth);
    }
    async_commit();
    UNROLL for (int step = 0; step < 2; ++step) {
      uint32_t x[kRowsOf16][4], y[kColsOf8][2];
      UNROLL for (int i = 0; i < kRowsOf16; ++i) load_a<TileA>(x[i], a_tiles[stage], row, i, step, lane);
      UNROLL for (int j = 0; j < kColsOf8; j += 2) {
        uint32_t two[4];
        load_b<TileB>(two, b_tiles[stage], col, j / 2, step, lane);
        y[j][0] = two[0], y[j][1] = two[1], y[j + 1][0] = two[2], y[j + 1][1] = two[3];
      }
      UNROLL for (int i = 0; i < kRowsOf16; ++i) UNROLL for (int j = 0; j < kColsOf8; ++j)
          mma<Number>(sum[i][j], x[i], y[j]);
    }
  }

  UNROLL for (int i = 0; i < kRowsOf16; ++i) UNROLL for (int j = 0; j < kColsOf8; ++j)
      UNROLL for (int w = 0; w < 4; ++w) {
    const int r = at.row + row + i * 16 + lane / 4 + w / 2 * 8, s = at.col + col + j * 8 + lane % 4 * 2 + w % 2;
    if (r >= p.m || s >= p.n) continue;
    const int64_t to = at.c + int64_t{r} * p.n + s;
    if (p.splits > 1)
      pieces[to] = sum[i][j][w];
    else
      c[to] = static_cast<Element>(sum[i][j][w]);
  }
}

// An operand whose chunks of 16 bytes can be copied as they are: itself, or a copy. `across` is its dim that is not K.
struct Chunked {
  Array array;
  bool along_k;
};
Chunked chunked(const Array& x, int k_dim, int across) {
  if (in_whole_vectors(x, k_dim)) return {x, true};
  if (in_whole_vectors(x, across)) return {x, false};
  return {padded_copy(x), k_dim == x.rank() - 1};
}

template <class Number, class Element, int kSize>
void run(const Array& c, const Chunked& a, const Chunked& b, Product p) {
  const int64_t blocks = blocks_of<kSize, kSize>(p);
  split_k(p, blocks, static_cast<int>(64 / sizeof(Element)));
  const auto kernel = a.along_k   ? b.along_k ? tensor_kernel<Number, Element, kSize, true, true>
                                              : tensor_kernel<Number, Element, kSize, true, false>
                        : b.along_k ? tensor_kernel<Number, Element, kSize, false, true>
                                  : tensor_kernel<Number, Element, kSize, false, false>;
  const Array pieces = p.splits > 1 ? Array({p.splits, c.numel()}, DType::float32, c.device()) : c;
  launch({"matmul tensor", grid_of(blocks * p.splits), 2 * kSize}, kernel, c.data<Element>(), pieces.data<float>(),
         static_cast<const Element*>(a.array.data<Element>()), static_cast<const Element*>(b.array.data<Element>()), p);
  if (p.splits > 1) add_pieces(c, pieces);
}

template <class Number, class Element>
void multiply(const Array& c, const Array& left, const Array& right) {
  const int rank = left.rank();
  const Product wanted = product_of(left, right);
  const Chunked a = chunked(left, rank - 1, rank - 2), b = chunked(right, rank - 2, rank - 1);
  Product p = product_of(a.array, b.array);
  p.m = wanted.m, p.n = wanted.n, p.k = p.k_piece = wanted.k;  // without the padding
  if (blocks_of<128, 128>(p) >= 128 && p.m > 64 && p.n > 64) return run<Number, Element, 128>(c, a, b, p);
  run<Number, Element, 64>(c, a, b, p);
}

}  // namespace

void multiply_tensor(const Array& c, const Array& a, const Array& b) {
  if (c.dtype() == DType::bfloat16) return multiply<BFloat16, bfloat16>(c, a, b);
  if (c.dtype() == DType::float16) return multiply<Half, float16>(c, a, b);
  refuse("matmul", c.dtype());
}

void multiply_tf32(const Array& c, const Array& a, const Array& b) {
  if (c.dtype() != DType::float32) refuse("matmul", c.dtype());
  multiply<TF32, float>(c, a, b);
}

}  // namespace lemma::kernels::cuda
