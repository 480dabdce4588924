// The positions that sort each line along a dim.

#include "kernels/cuda/sort.cuh"

namespace lemma::kernels::cuda {

/// Equal elements keep their order in both directions.
void run(const ArgsortWork& work) {
  const Array &out = work.out, &x = work.x;
  const int dim = work.dim;
  const bool descending = work.descending;
  Shape starts = x.shape();
  starts[dim] = 1;
  const auto dims = collapse<1>(starts, {&x.strides()});
  const int64_t n = x.shape()[dim];
  const SortLines lines{walk_of<1, int64_t>(dims), starts.numel(), n, x.strides()[dim]};
  // Line after line is the layout of an array whose last dim is the sorted one.
  const bool in_place = dim == x.rank() - 1;
  const Array into = in_place ? out.view({starts.numel(), n}, {n, 1}, out.offset()) : Array();
  Array order;
  with_any("argsort", x.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    order = sort_lines<T>(x.data<T>(), lines, descending, x.device(), into).order;
  });
  if (in_place) return;
  Shape by_line;
  Strides to;
  for (int d = 0; d < x.rank(); ++d)
    if (d != dim) by_line.push_back(x.shape()[d]), to.push_back(out.strides()[d]);
  by_line.push_back(n), to.push_back(out.strides()[dim]);
  copy(out.view(by_line, to, out.offset()), order.view(by_line, contiguous_strides(by_line), 0));
}

}  // namespace lemma::kernels::cuda
