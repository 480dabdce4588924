#include "kernels/cuda/matmul/operands.h"

#include <algorithm>
#include <limits>

namespace lemma::kernels::cuda {
namespace {

struct Last {
  int64_t rows, cols, down, right;
  explicit Last(const Array& x)
      : rows(x.shape()[x.rank() - 2]),
        cols(x.shape()[x.rank() - 1]),
        down(x.strides()[x.rank() - 2]),
        right(x.strides()[x.rank() - 1]) {}
};

// The same elements without the repetitions of expanded batch dims.
Array once(const Array& x) {
  Shape small = x.shape();
  for (int d = 0; d < x.rank() - 2; ++d)
    if (x.strides()[d] == 0) small[d] = 1;
  return x.view(small, x.strides(), x.offset());
}

// c[i] = the sum of piece[s][i] over s, from the first to the last.
template <class T>
__global__ void add_pieces_kernel(T* c, const Wide<T>* piece, int64_t n, int splits) {
  const int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= n) return;
  Wide<T> sum = piece[i];
  for (int s = 1; s < splits; ++s) sum += piece[s * n + i];
  c[i] = static_cast<T>(sum);
}

}  // namespace

Product product_of(const Array& a, const Array& b) {
  const int rank = a.rank();
  const Last x(a), y(b);
  for (const int64_t size : {x.rows, x.cols, y.cols})
    if (size > std::numeric_limits<int>::max() - 256)  // room to count past the edge in whole tiles
      throw ShapeError("matmul", "a dim of 2^31 or more: " + a.shape().str() + " x " + b.shape().str(),
                       {a.shape(), b.shape()});
  const Shape batch(std::span(a.shape().begin(), static_cast<size_t>(rank - 2)));
  const Strides sa(std::span(a.strides().begin(), static_cast<size_t>(rank - 2)));
  const Strides sb(std::span(b.strides().begin(), static_cast<size_t>(rank - 2)));
  Product p{};
  p.m = static_cast<int>(x.rows), p.k = static_cast<int>(x.cols), p.n = static_cast<int>(y.cols);
  p.splits = 1, p.k_piece = p.k;
  p.a_row = x.down, p.a_col = x.right, p.b_row = y.down, p.b_col = y.right;
  p.batches = batch.numel();
  p.batch = walk_of<2, int64_t>(collapse<2>(batch, {&sa, &sb}));
  return p;
}

Array with_unit_stride(const Array& x) {
  const Last last(x);
  if (last.right == 1 || last.cols == 1 || last.down == 1 || last.rows == 1) return x;
  const Array from = once(x), copied(from.shape(), x.dtype(), x.device());
  copy(copied, from);
  return copied.expand(x.shape());
}

bool in_whole_vectors(const Array& x, int dim) {
  const int64_t bytes = static_cast<int64_t>(size_of(x.dtype())), wide = 16 / bytes;
  if (x.strides()[dim] != 1 || x.shape()[dim] % wide != 0) return false;
  for (int d = 0; d < x.rank(); ++d)
    if (d != dim && x.shape()[d] != 1 && x.strides()[d] % wide != 0) return false;
  return (reinterpret_cast<uintptr_t>(x.storage()->data()) + static_cast<uintptr_t>(x.offset() * bytes)) % 16 == 0;
}

Array padded_copy(const Array& x) {
  const int64_t wide = 16 / static_cast<int64_t>(size_of(x.dtype()));
  const Array from = once(x);
  Shape shape = from.shape();
  const int64_t cols = shape[x.rank() - 1];
  shape[x.rank() - 1] = ceil_div(cols, wide) * wide;
  const Array whole(shape, x.dtype(), x.device());
  if (shape[x.rank() - 1] != cols) fill(whole, 0);
  copy(whole.view(from.shape(), whole.strides(), 0), from);
  return whole.expand([&] {
    Shape all = x.shape();
    all[x.rank() - 1] = shape[x.rank() - 1];
    return all;
  }());
}

void split_k(Product& p, int64_t tiles, int depth) {
  constexpr int64_t kEnough = 256;  // blocks: about two for each multiprocessor of a large GPU
  constexpr int64_t kShortest = 128;
  const int64_t pieces = std::min(kEnough / std::max<int64_t>(tiles, 1), p.k / kShortest);
  if (pieces < 2) return;
  p.k_piece = static_cast<int>(ceil_div(ceil_div(p.k, pieces), depth) * depth);
  p.splits = static_cast<int>(ceil_div(p.k, p.k_piece));
}

void add_pieces(const Array& c, const Array& pieces) {
  with_floating("matmul", c.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    launch({"add_pieces", blocks_for(c.numel()), kThreads}, add_pieces_kernel<T>, c.data<T>(),
           static_cast<const Wide<T>*>(pieces.data<Wide<T>>()), c.numel(), static_cast<int>(pieces.shape()[0]));
  });
}

dim3 grid_of(int64_t blocks) {
  if (blocks >= int64_t{1} << 31) throw Error("matmul", "more than 2^31 tiles in one product");
  return dim3(static_cast<unsigned>(blocks));
}

}  // namespace lemma::kernels::cuda
