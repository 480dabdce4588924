// Rung 1: one thread per element of C, straight from the formula c[i][j] = sum over k of a[i][k] b[k][j].
// Neighbouring threads go down a column of C: each load of a warp touches 32 rows of A, 32 separate pieces of memory,
// of which it uses one number each.

#include "kernels/cuda/matmul/ladder.h"
#include "kernels/cuda/matmul/operands.h"

namespace lemma::kernels::cuda {
namespace {

constexpr int kSide = 16;

template <class T>
__global__ void naive_kernel(T* c, const T* a, const T* b, const __grid_constant__ Product p) {
  const Place at = place_of<kSide, kSide>(p);
  const int row = at.row + static_cast<int>(threadIdx.x) % kSide, col = at.col + static_cast<int>(threadIdx.x) / kSide;
  if (row >= p.m || col >= p.n) return;
  a += at.a + row * p.a_row;
  b += at.b + col * p.b_col;
  Wide<T> sum = 0;
  for (int k = 0; k < p.k; ++k) sum += widened(a[k * p.a_col]) * widened(b[k * p.b_row]);
  c[at.c + int64_t{row} * p.n + col] = static_cast<T>(sum);
}

}  // namespace

void multiply_naive(const Array& c, const Array& a, const Array& b) {
  const Product p = product_of(a, b);
  with_floating("matmul", c.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    launch({"matmul naive", grid_of(blocks_of<kSide, kSide>(p)), kSide * kSide}, naive_kernel<T>, c.data<T>(),
           static_cast<const T*>(a.data<T>()), static_cast<const T*>(b.data<T>()), p);
  });
}

}  // namespace lemma::kernels::cuda
