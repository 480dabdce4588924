// Products of matrices and of batches of them: operands are read where they lie, work is cut into tiles by shape alone.

#include <limits>

#include "kernels/cpu/blas.h"
#include "kernels/cpu/cpu.h"
#include "kernels/cpu/half.h"
#include "kernels/cpu/tiles.h"
#include "kernels/shared_batch.h"
#include "lemma/core/error.h"

namespace lemma::kernels::cpu {
namespace {

/// How BLAS can read the last two dims in place: one of the two strides is 1. ld = 0 when it cannot.
struct Layout {
  int64_t ld;
  bool transposed;
};
Layout layout(const Array& x) {
  const int64_t rows = x.shape()[x.rank() - 2], columns = x.shape()[x.rank() - 1];
  const int64_t down = x.strides()[x.rank() - 2], right = x.strides()[x.rank() - 1];
  if ((right == 1 || columns == 1) && (rows == 1 || down >= columns)) return {rows == 1 ? columns : down, false};
  if ((down == 1 || rows == 1) && (columns == 1 || right >= rows)) return {columns == 1 ? rows : right, true};
  return {0, false};
}

/// `x` with a readable layout: itself where it has one, or a copy; batch dims of stride 0 stay shared.
Array readable(const Array& x) {
  if (layout(x).ld) return x;
  Shape small = x.shape();
  for (int d = 0; d < x.rank() - 2; ++d)
    if (x.strides()[d] == 0) small[d] = 1;
  const Array copied(small, x.dtype());
  copy(copied, x.view(small, x.strides(), x.offset()));
  return copied.expand(x.shape());
}

template <class T>
void multiply(const Array& a, const Array& b, const Array& out) {
  const int rank = a.rank();
  const int64_t m = a.shape()[rank - 2], k = a.shape()[rank - 1], n = b.shape()[rank - 1];
  const Layout la = layout(a), lb = layout(b);
  const Shape batch_shape(std::span(a.shape().begin(), static_cast<size_t>(rank - 2)));
  const Strides sa(std::span(a.strides().begin(), static_cast<size_t>(rank - 2)));
  const Strides sb(std::span(b.strides().begin(), static_cast<size_t>(rank - 2)));
  // One more dim, which the walk leaves out: it visits every batch.
  Collapsed<2> batch = collapse<2>(batch_shape, {&sa, &sb});
  batch.size[static_cast<size_t>(batch.rank++)] = 1;

  const Grid grid(m, n, k);
  const int64_t tiles = grid.tiles();
  parallel_for(batch.outer_count() * tiles, product_grain(m, n, k, tiles), [&](int64_t begin, int64_t end) {
    OuterWalk<2> walk(batch, begin / tiles);
    for (int64_t task = begin; task < end; ++task) {
      const int64_t tile = task % tiles;
      const int64_t row = cut(m, tile / grid.columns, grid.rows), row_end = cut(m, tile / grid.columns + 1, grid.rows);
      const int64_t column = cut(n, tile % grid.columns, grid.columns),
                    column_end = cut(n, tile % grid.columns + 1, grid.columns);
      const Matrix<T> x{a.data<T>() + walk.offset[0] + (la.transposed ? row : row * la.ld), la.ld, la.transposed};
      const Matrix<T> y{b.data<T>() + walk.offset[1] + (lb.transposed ? column * lb.ld : column), lb.ld, lb.transposed};
      if (row < row_end && column < column_end)
        gemm(row_end - row, column_end - column, k, x, y, out.data<T>() + (task / tiles * m + row) * n + column, n);
      if (tile == tiles - 1) walk.next();
    }
  });
}

}  // namespace

/// Half types are multiplied and added in float32, and rounded at the end.
void run(const MatmulWork& work) {
  const auto& [out, a, b] = work;
  if (is_half(a.dtype()))
    return round_once(out, [&](const Array& wide) { run(MatmulWork{wide, widened(work.a), widened(work.b)}); });
  const int rank = a.rank();
  Array x = readable(a), y = readable(b), z = out;
  if (rank > 2 && batch_is_shared(y)) {  // a shared right side: the batches of the left are just more rows
    const Array rows = stacked_rows(x);
    if (rows.defined() && layout(rows).ld) {
      y = y.view({y.shape()[rank - 2], y.shape()[rank - 1]}, {y.strides()[rank - 2], y.strides()[rank - 1]},
                 y.offset());
      z = out.view({rows.shape()[0], out.shape()[rank - 1]}, {out.shape()[rank - 1], 1}, out.offset());
      x = rows;
    }
  }
  for (const Array* operand : {&x, &y})
    for (const int64_t dim :
         {operand->shape()[operand->rank() - 2], operand->shape()[operand->rank() - 1], layout(*operand).ld})
      if (dim > std::numeric_limits<int>::max())
        throw ShapeError("matmul", "a dim of 2^31 or more is beyond BLAS: " + a.shape().str() + " x " + b.shape().str(),
                         {a.shape(), b.shape()});
  prepare_blas();
  if (a.dtype() == DType::float32)
    multiply<float>(x, y, z);
  else
    multiply<double>(x, y, z);
}

}  // namespace lemma::kernels::cpu
