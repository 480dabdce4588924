#pragma once
/// Kernels that work along one dim: every line of an array along `dim`, beside the same line of the result.

#include "kernels/collapse.h"
#include "kernels/cpu/parallel.h"
#include "lemma/core/array.h"

namespace lemma::kernels::cpu {

/// Calls work(x_offset, out_offset) for the first element of each line, lines shared among threads. `out` has the shape
/// of `x` except along `dim`.
template <class Work>
void for_each_line(const Array& x, const Array& out, int dim, const Work& work) {
  Shape starts = x.shape();
  const int64_t n = starts[dim];
  starts[dim] = 1;
  if (starts.numel() == 0) return;
  Collapsed<2> dims = collapse<2>(starts, {&x.strides(), &out.strides()});
  const int64_t inner = dims.inner_size();
  parallel_for(starts.numel(), std::max<int64_t>(1, kGrain / 4 / std::max<int64_t>(n, 1)),
               [&](int64_t begin, int64_t end) {
                 OuterWalk<2> walk(dims, begin / inner);
                 int64_t column = begin % inner;
                 for (int64_t line = begin; line < end; ++line) {
                   work(walk.offset[0] + column * dims.inner_stride(0), walk.offset[1] + column * dims.inner_stride(1));
                   if (++column == inner) {
                     column = 0;
                     walk.next();
                   }
                 }
               });
}

}  // namespace lemma::kernels::cpu
