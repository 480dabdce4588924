// The positions that sort each line along a dim.

#include "kernels/cuda/sort.cuh"

namespace lemma::kernels::cuda {

/// Ensures: int64, contiguous; NaN counts as the largest. Equal elements keep their order in both directions.
Array argsort(const Array& x, int dim, bool descending) {
  const Array out(x.shape(), DType::int64, x.device());
  if (out.numel() == 0) return out;
  Shape starts = x.shape();
  starts[dim] = 1;
  const auto dims = collapse<1>(starts, {&x.strides()});
  const int64_t n = x.shape()[dim];
  const SortLines lines{walk_of<1, int64_t>(dims), starts.numel(), n, x.strides()[dim]};
  Array order;
  with_any("argsort", x.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    order = sort_lines<T>(x.data<T>(), lines, descending, x.device()).order;
  });
  // Line after line is the layout of an array whose last dim is the sorted one.
  Shape by_line;
  Strides to;
  for (int d = 0; d < x.rank(); ++d)
    if (d != dim) by_line.push_back(x.shape()[d]), to.push_back(out.strides()[d]);
  by_line.push_back(n), to.push_back(out.strides()[dim]);
  const Array lined(order.storage(), by_line, contiguous_strides(by_line), 0, DType::int64);
  if (dim == x.rank() - 1) return lined;
  copy(out.view(by_line, to, 0), lined);
  return out;
}

}  // namespace lemma::kernels::cuda
