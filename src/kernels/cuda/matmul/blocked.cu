// Rung 4: register blocks. A thread keeps an 8 x 8 (or 8 x 4) block of C in registers: 16 numbers read from shared
// memory feed 64 multiply-adds. While a tile is multiplied, cp.async brings the next one into the other half of shared
// memory.

#include <algorithm>

#include "kernels/cuda/matmul/ladder.h"
#include "kernels/cuda/matmul/operands.h"
#include "kernels/cuda/mma.h"

namespace lemma::kernels::cuda {
namespace {

// One operand's tile: kSize rows of A (or columns of B) by kDepth numbers along K, in shared memory as [k][across]
// whatever its layout in memory, so that a thread reads neighbours across with one instruction.
// kVector: neighbours across are neighbours in memory, 16-byte aligned, and copied 16 bytes at a time; otherwise any
// strides, an element at a time. Past the edge across, the last element is read again and its results are not stored;
// past the end of K there are zeros.
template <class T, int kSize, int kDepth, int kBlock, bool kVector>
class TileLoader {
  static constexpr int kWide = kVector ? static_cast<int>(16 / sizeof(T)) : 1;  // elements per copy
  static constexpr int kAcross = kVector ? kSize / kWide : kBlock / 8;          // threads across
  static constexpr int kDown = kBlock / kAcross;                                // threads along K
  static constexpr int kCopiesAcross = kSize / kWide / kAcross, kCopiesDown = kDepth / kDown;

 public:
  static constexpr int kPad = static_cast<int>(16 / sizeof(T));  // rows start 4 banks apart: columns are written apart
  static constexpr int kRow = kSize + kPad;

  // `first` is the element (0, k = 0) of the tile; `left` how many rows or columns there are from it on.
  __device__ TileLoader(const T* first, int64_t stride, int64_t k_stride, int left)
      : next_(reinterpret_cast<const char*>(first)), k_bytes_(k_stride * static_cast<int64_t>(sizeof(T))) {
    const int thread = static_cast<int>(threadIdx.x);
    // Neighbouring threads read neighbours in memory: along K where that is the short stride.
    const bool along_k = !kVector && k_stride < stride;
    const int across = (along_k ? thread / kDown : thread % kAcross) * kWide;
    down_ = along_k ? thread % kDown : thread / kAcross;
    to_ = down_ * kRow + across;
    UNROLL for (int j = 0; j < kCopiesAcross; ++j) bytes_[j] =
        static_cast<uint32_t>(min(across + j * kAcross * kWide, left - kWide) * stride + down_ * k_stride) *
        static_cast<uint32_t>(sizeof(T));
  }
  // Queues the tile's copies into `tile` and moves on along K. Only the first `depth` of kDepth are there.
  __device__ void load_some(T* tile, int depth) {
    UNROLL for (int i = 0; i < kCopiesDown; ++i) UNROLL for (int j = 0; j < kCopiesAcross; ++j)
        async_copy<kWide* static_cast<int>(sizeof(T))>(to(tile, i, j), from(i, j), down_ + i * kDown < depth);
    next_ += depth * k_bytes_;
  }
  __device__ void load(T* tile) {
    UNROLL for (int i = 0; i < kCopiesDown; ++i) UNROLL for (int j = 0; j < kCopiesAcross; ++j)
        async_copy_all<kWide* static_cast<int>(sizeof(T))>(to(tile, i, j), from(i, j));
    next_ += kDepth * k_bytes_;
  }

 private:
  __device__ T* to(T* tile, int i, int j) const { return tile + to_ + i * kDown * kRow + j * kAcross * kWide; }
  __device__ const void* from(int i, int j) const { return next_ + i * kDown * k_bytes_ + bytes_[j]; }

  const char* next_;  // the same in all threads of the block
  int64_t k_bytes_;
  int down_, to_;
  uint32_t bytes_[kCopiesAcross];
};

// A warp computes 32 x 8 kCols of the tile; its lanes form a 4 x 8 grid, each with groups of kWide neighbours. What a
// warp reads at once lies in different banks, or is one and the same; pairs of lanes lie one below the other, and pairs
// of pairs side by side, so that both 16-byte reads per lane need two turns instead of four.
template <class T, int kTileRows, int kTileCols, int kDepth, int kCols, bool kVectorA, bool kVectorB>
__global__ void __launch_bounds__(kTileRows* kTileCols / (8 * kCols), 2)
    blocked_kernel(T* c, const T* a, const T* b, const __grid_constant__ Product p) {
  constexpr int kBlock = kTileRows * kTileCols / (8 * kCols), kRows = 8, kWide = static_cast<int>(16 / sizeof(T));
  using Vector = Pack<T, kWide>;
  using LoadA = TileLoader<T, kTileRows, kDepth, kBlock, kVectorA>;
  using LoadB = TileLoader<T, kTileCols, kDepth, kBlock, kVectorB>;
  SHARED(Vector, a_tiles, [2][kDepth * LoadA::kRow / kWide]);
  SHARED(Vector, b_tiles, [2][kDepth * LoadB::kRow / kWide]);
  const Place at = place_of<kTileRows, kTileCols>(p);
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  const int row = warp % (kTileRows / 32) * 32 + (lane / 16 * 2 + lane % 2) * kWide,
            col = warp / (kTileRows / 32) * 8 * kCols + lane % 16 / 2 * kWide;

  LoadA load_a(a + at.a + at.row * p.a_row + at.k_begin * p.a_col, p.a_row, p.a_col, p.m - at.row);
  LoadB load_b(b + at.b + at.col * p.b_col + at.k_begin * p.b_row, p.b_col, p.b_row, p.n - at.col);
  const int depth = at.k_end - at.k_begin, tiles = (depth + kDepth - 1) / kDepth;
  // The odd piece of K comes first, so that the loop has no edge to look after.
  load_a.load_some(a_tiles[0][0].v, depth - (tiles - 1) * kDepth);
  load_b.load_some(b_tiles[0][0].v, depth - (tiles - 1) * kDepth);
  async_commit();

  T sum[kRows][kCols] = {};
  for (int tile = 0; tile < tiles; ++tile) {
    async_wait<0>();
    __syncthreads();  // this tile is there for all, and nobody reads the other half any more
    if (tile + 1 < tiles) {
      load_a.load(a_tiles[(tile + 1) % 2][0].v);
      load_b.load(b_tiles[(tile + 1) % 2][0].v);
    }
    async_commit();
    const Vector *a_tile = a_tiles[tile % 2] + row / kWide, *b_tile = b_tiles[tile % 2] + col / kWide;
    UNROLL for (int k = 0; k < kDepth; ++k) {
      T x[kRows], y[kCols];
      UNROLL for (int i = 0; i < kRows; i += kWide) * reinterpret_cast<Vector*>(x + i) =
          a_tile[(k * LoadA::kRow + i * 4) / kWide];
      UNROLL for (int j = 0; j < kCols; j += kWide) * reinterpret_cast<Vector*>(y + j) =
          b_tile[(k * LoadB::kRow + j * 8) / kWide];
      UNROLL for (int i = 0; i < kRows; ++i) UNROLL for (int j = 0; j < kCols; ++j) sum[i][j] += x[i] * y[j];
    }
  }

  const bool whole = p.n % kWide == 0;
  UNROLL for (int i = 0; i < kRows; ++i) {
    const int r = at.row + row + i / kWide * 4 * kWide + i % kWide;
    if (r >= p.m) continue;
    UNROLL for (int j = 0; j < kCols; j += kWide) {
      const int s = at.col + col + j * 8;
      T* to = c + at.c + int64_t{r} * p.n + s;
      if (whole && s < p.n)
        *reinterpret_cast<Vector*>(to) = *reinterpret_cast<const Vector*>(&sum[i][j]);
      else
        UNROLL for (int w = 0; w < kWide; ++w) if (s + w < p.n) to[w] = sum[i][j + w];
    }
  }
}

template <class T, int kTileRows, int kTileCols, int kDepth, int kCols>
void run(const Array& c, const Array& a, const Array& b, Product p) {
  const int64_t blocks = blocks_of<kTileRows, kTileCols>(p);
  split_k(p, blocks, kDepth);
  const bool vector_a = in_whole_vectors(a, a.rank() - 2), vector_b = in_whole_vectors(b, b.rank() - 1);
  const auto kernel = vector_a   ? vector_b ? blocked_kernel<T, kTileRows, kTileCols, kDepth, kCols, true, true>
                                            : blocked_kernel<T, kTileRows, kTileCols, kDepth, kCols, true, false>
                        : vector_b ? blocked_kernel<T, kTileRows, kTileCols, kDepth, kCols, false, true>
                                 : blocked_kernel<T, kTileRows, kTileCols, kDepth, kCols, false, false>;
  const Array to = p.splits > 1 ? Array({p.splits, c.numel()}, c.dtype(), c.device()) : c;
  launch({"matmul blocked", grid_of(blocks * p.splits), kTileRows * kTileCols / (8 * kCols)}, kernel, to.data<T>(),
         static_cast<const T*>(a.data<T>()), static_cast<const T*>(b.data<T>()), p);
  if (p.splits > 1) add_pieces(c, to);
}

// The loaders count a tile's bytes in 32 bits.
bool fits(const Product& p, size_t size) {
  const int64_t across = p.m == 1 ? p.b_col : p.n == 1 ? p.a_row : std::max(p.a_row, p.b_col);
  const int64_t down = p.k == 1 ? 0 : std::max(p.a_col, p.b_row);
  return (128 * across + 16 * down) * static_cast<int64_t>(size) < int64_t{1} << 32;
}

}  // namespace

void multiply_blocked(const Array& c, const Array& left, const Array& right) {
  const Array a = with_unit_stride(left), b = with_unit_stride(right);
  const Product p = product_of(a, b);
  if (!fits(p, size_of(c.dtype()))) return multiply_tiled(c, a, b);
  if (c.dtype() == DType::float64) return run<double, 64, 64, 8, 4>(c, a, b, p);
  if (c.dtype() != DType::float32) refuse("matmul", c.dtype());
  // Large tiles do more with what they read; small ones spread small products over more multiprocessors.
  constexpr int64_t kEnough = 128;
  if (blocks_of<128, 128>(p) >= kEnough && p.m > 64 && p.n > 64) return run<float, 128, 128, 16, 8>(c, a, b, p);
  run<float, 64, 64, 16, 4>(c, a, b, p);
}

}  // namespace lemma::kernels::cuda
