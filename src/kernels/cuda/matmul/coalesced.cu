// Rung 2: the naive kernel with one line changed: neighbouring threads go along a row of C. The 32 loads of B are then
// neighbours, one piece of memory for the whole warp, and the loads of A are one and the same number.

#include "kernels/cuda/matmul/ladder.h"
#include "kernels/cuda/matmul/operands.h"

namespace lemma::kernels::cuda {
namespace {

constexpr int kRows = 8, kCols = 32;

template <class T>
__global__ void coalesced_kernel(T* c, const T* a, const T* b, const __grid_constant__ Product p) {
  const Place at = place_of<kRows, kCols>(p);
  const int row = at.row + static_cast<int>(threadIdx.x) / kCols, col = at.col + static_cast<int>(threadIdx.x) % kCols;
  if (row >= p.m || col >= p.n) return;
  a += at.a + row * p.a_row;
  b += at.b + col * p.b_col;
  Wide<T> sum = 0;
  for (int k = 0; k < p.k; ++k) sum += widened(a[k * p.a_col]) * widened(b[k * p.b_row]);
  c[at.c + int64_t{row} * p.n + col] = static_cast<T>(sum);
}

}  // namespace

void multiply_coalesced(const Array& c, const Array& a, const Array& b) {
  const Product p = product_of(a, b);
  with_floating("matmul", c.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    launch({"matmul coalesced", grid_of(blocks_of<kRows, kCols>(p)), kRows * kCols}, coalesced_kernel<T>, c.data<T>(),
           static_cast<const T*>(a.data<T>()), static_cast<const T*>(b.data<T>()), p);
  });
}

}  // namespace lemma::kernels::cuda
