// Rung 3: a block brings a tile of A and one of B into shared memory, and all its threads use them: each number is read
// from global memory once per block instead of once per thread, 16 times less often.

#include "kernels/cuda/matmul/ladder.h"
#include "kernels/cuda/matmul/operands.h"

namespace lemma::kernels::cuda {
namespace {

constexpr int kSide = 16;

template <class T>
__global__ void tiled_kernel(T* c, const T* a, const T* b, const __grid_constant__ Product p) {
  SHARED(Wide<T>, a_tile, [kSide][kSide + 1]);  // one more column: a column's numbers lie in different banks
  SHARED(Wide<T>, b_tile, [kSide][kSide + 1]);
  const Place at = place_of<kSide, kSide>(p);
  const int slow = static_cast<int>(threadIdx.x) / kSide, fast = static_cast<int>(threadIdx.x) % kSide;
  // Neighbouring threads read neighbours in memory: along the last dim, or along the other of a transposed operand.
  const bool a_along_k = p.a_col <= p.a_row, b_along_k = p.b_row < p.b_col;
  const int a_row = a_along_k ? slow : fast, a_k = a_along_k ? fast : slow;
  const int b_col = b_along_k ? slow : fast, b_k = b_along_k ? fast : slow;
  a += at.a + (at.row + a_row) * p.a_row;
  b += at.b + (at.col + b_col) * p.b_col;
  const bool a_there = at.row + a_row < p.m, b_there = at.col + b_col < p.n;

  Wide<T> sum = 0;
  for (int k0 = 0; k0 < p.k; k0 += kSide) {
    // Past an edge there are zeros, which add nothing.
    a_tile[a_row][a_k] = a_there && k0 + a_k < p.k ? widened(a[(k0 + a_k) * p.a_col]) : Wide<T>(0);
    b_tile[b_k][b_col] = b_there && k0 + b_k < p.k ? widened(b[(k0 + b_k) * p.b_row]) : Wide<T>(0);
    __syncthreads();  // the tiles are there
    UNROLL for (int k = 0; k < kSide; ++k) sum += a_tile[slow][k] * b_tile[k][fast];
    __syncthreads();  // nobody needs them any more
  }
  const int row = at.row + slow, col = at.col + fast;
  if (row < p.m && col < p.n) c[at.c + int64_t{row} * p.n + col] = static_cast<T>(sum);
}

}  // namespace

void multiply_tiled(const Array& c, const Array& a, const Array& b) {
  const Product p = product_of(a, b);
  with_floating("matmul", c.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    launch({"matmul tiled", grid_of(blocks_of<kSide, kSide>(p)), kSide * kSide}, tiled_kernel<T>, c.data<T>(),
           static_cast<const T*>(a.data<T>()), static_cast<const T*>(b.data<T>()), p);
  });
}

}  // namespace lemma::kernels::cuda
