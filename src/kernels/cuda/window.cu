// The largest element of each window, one thread a window.

#include "kernels/cuda/elementwise.cuh"
#include "kernels/dims_between.h"

namespace lemma::kernels::cuda {
namespace {

// `walk`: over the windows, operand 0 in x, operand 1 the part of that offset that counts. `inside`: over one window.
template <class T, class I>
__global__ void largest(const T* x, int64_t* out, const __grid_constant__ Walk<2, I> walk,
                        const __grid_constant__ Walk<1, I> inside, I n, I size) {
  const int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= static_cast<int64_t>(n)) return;
  I at[2], place[1];
  walk.offsets(static_cast<I>(i), at);
  Wide<T> best = widened(x[at[0]]);
  I found = 0;
  for (I k = 1; k < size && best == best; ++k) {
    inside.offsets(k, place);
    const Wide<T> candidate = widened(x[at[0] + place[0]]);
    if (candidate > best || candidate != candidate) best = candidate, found = place[0];
  }
  out[i] = static_cast<int64_t>(at[1]) + static_cast<int64_t>(found);
}

template <class T, class I>
void search(const ArgWindowWork& work, const Collapsed<2>& dims, const Collapsed<1>& window) {
  const int64_t n = work.out.numel(), size = window.outer_count() * window.inner_size();
  launch({"arg_window", blocks_for(n), kThreads}, largest<T, I>, work.x.data<const T>(), work.out.data<int64_t>(),
         walk_of<2, I>(dims), walk_of<1, I>(window), static_cast<I>(n), static_cast<I>(size));
}

}  // namespace

void run(const ArgWindowWork& work) {
  const Array& x = work.x;
  const int middle = x.rank() - work.inner;
  const Strides strides = dims_between(x.strides(), 0, middle), inside = dims_between(x.strides(), middle, x.rank());
  Strides counted = strides;
  for (int d = 0; d < work.outer; ++d) counted[d] = 0;
  const auto dims = collapse<2>(work.out.shape(), {&strides, &counted});
  const auto window = collapse<1>(dims_between(x.shape(), middle, x.rank()), {&inside});
  const auto whole = collapse<1>(x.shape(), {&x.strides()});  // windows included
  with_floating("arg_window", x.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    if (fits_32_bits(whole))
      search<T, uint32_t>(work, dims, window);
    else
      search<T, int64_t>(work, dims, window);
  });
}

}  // namespace lemma::kernels::cuda
