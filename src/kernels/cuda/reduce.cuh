#pragma once
/// Reductions by any rule of accumulate.cuh. Rows: neighbouring threads take neighbouring elements of one result, and
/// meet by warp shuffles, then through shared memory. Columns: neighbouring threads take neighbouring results.

#include "kernels/cuda/accumulate.cuh"
#include "kernels/cuda/elementwise.cuh"
#include "kernels/cuda/reduce_plan.h"

namespace lemma::kernels::cuda {

/// Where element k of a result lies, counted from its first.
template <class I>
__device__ I position(const Walk<1, I>& reduced, I k) {
  if (reduced.rank == 1) return k * reduced.stride[0][0];
  I at[1];
  reduced.offsets(k, at);
  return at[0];
}

/// Elements first, first + step, ... below `end`, four accumulators at a time so that they do not wait for each other.
/// Elements are x's, or accumulators of a first launch.
template <class R, bool kPartial, class I, class From>
__device__ typename R::Acc fold_elements(const From* x, const Walk<1, I>& reduced, I first, I end, I step) {
  typename R::Acc acc[4] = {R::nothing(), R::nothing(), R::nothing(), R::nothing()};
  for (I k = first; k < end; k += 4 * step) {
    UNROLL for (I j = 0; j < 4; ++j) {
      const I at = k + j * step;
      if (at < end) {
        if constexpr (kPartial)
          acc[j] = R::merge(acc[j], x[position(reduced, at)]);
        else
          acc[j] = R::step(acc[j], widened(x[position(reduced, at)]), static_cast<int64_t>(at));
      }
    }
  }
  return R::merge(R::merge(acc[0], acc[1]), R::merge(acc[2], acc[3]));
}

/// The same for neighbouring elements, by whole packs. Requires: x + first is aligned for a pack.
template <class R, class I, class T>
__device__ typename R::Acc fold_packs(const T* x, I first, I end, I step) {
  typename R::Acc acc[kPack] = {R::nothing(), R::nothing(), R::nothing(), R::nothing()};
  I k = first * kPack;
  for (; k + kPack <= end; k += step * kPack) {
    const auto pack = *reinterpret_cast<const Pack<T, kPack>*>(x + k);
    UNROLL for (int j = 0; j < kPack; ++j) acc[j] = R::step(acc[j], widened(pack.v[j]), static_cast<int64_t>(k) + j);
  }
  for (; k < end; ++k) acc[0] = R::step(acc[0], widened(x[k]), static_cast<int64_t>(k));
  return R::merge(R::merge(acc[0], acc[1]), R::merge(acc[2], acc[3]));
}

// Grid (results / across, chunks), block 256. Writes partial[chunk][result] if there is such an array, else out.
template <class R, class I>
__global__ void reduce_rows(const typename R::Element* x, typename R::Out* out, typename R::Acc* partial,
                            const __grid_constant__ Walk<2, I> kept, const __grid_constant__ Walk<1, I> reduced,
                            int64_t outs, I n, I chunk, int lanes, bool packs) {
  using Acc = typename R::Acc;
  SHARED(Acc, part, [kThreads / 32]);
  const int lane = static_cast<int>(threadIdx.x) % lanes;
  const int64_t row = int64_t{blockIdx.x} * (kThreads / lanes) + static_cast<int>(threadIdx.x) / lanes;
  const I begin = static_cast<I>(blockIdx.y) * chunk, end = n - begin < chunk ? n : begin + chunk;
  Acc acc = R::nothing();
  I at[2] = {0, 0};
  if (row < outs) {
    kept.offsets(static_cast<I>(row), at);
    const I first = static_cast<I>(lane), step = static_cast<I>(lanes);
    acc = packs ? fold_packs<R>(x + at[0], begin / kPack + first, end, step)
                : fold_elements<R, false>(x + at[0], reduced, begin + first, end, step);
  }
  acc = fold_lanes<R>(acc, lanes < 32 ? lanes : 32);
  if (lanes == kThreads) {
    if (lane % 32 == 0) part[lane / 32] = acc;
    __syncthreads();
    acc = fold_lanes<R>(part[lane % (kThreads / 32)], kThreads / 32);
  }
  if (lane != 0 || row >= outs) return;
  if (partial)
    partial[blockIdx.y * outs + row] = acc;
  else
    out[at[1]] = R::result(acc);
}

// The same grid. Thread (lane, column) = (threadIdx.x / across, threadIdx.x % across).
template <class R, bool kPartial, class I, class From>
__global__ void reduce_columns(const From* x, typename R::Out* out, typename R::Acc* partial,
                               const __grid_constant__ Walk<2, I> kept, const __grid_constant__ Walk<1, I> reduced,
                               int64_t outs, I n, I chunk, int lanes) {
  using Acc = typename R::Acc;
  SHARED(Acc, part, [kThreads]);
  const int across = kThreads / lanes, me = static_cast<int>(threadIdx.x), lane = me / across;
  const int64_t column = int64_t{blockIdx.x} * across + me % across;
  const I begin = static_cast<I>(blockIdx.y) * chunk, end = n - begin < chunk ? n : begin + chunk;
  Acc acc = R::nothing();
  I at[2] = {0, 0};
  if (column < outs) {
    kept.offsets(static_cast<I>(column), at);
    acc = fold_elements<R, kPartial>(x + at[0], reduced, begin + static_cast<I>(lane), end, static_cast<I>(lanes));
  }
  part[me] = acc;
  for (int half = lanes / 2; half > 0; half /= 2) {
    __syncthreads();
    if (lane < half) part[me] = acc = R::merge(acc, part[me + half * across]);
  }
  if (lane != 0 || column >= outs) return;
  if (partial)
    partial[blockIdx.y * outs + column] = acc;
  else
    out[at[1]] = R::result(acc);
}

template <class R, class I>
void reduce_by(const char* name, const ReducePlan& plan, const typename R::Element* x, typename R::Out* out,
               Device device) {
  using Acc = typename R::Acc;
  const auto grid = [](const ReducePlan& p) {
    return dim3(static_cast<unsigned>(ceil_div(p.outs, p.across())), static_cast<unsigned>(p.chunks));
  };
  Ref<Storage> memory;
  Acc* partial = nullptr;
  if (plan.chunks > 1) {
    memory = Storage::allocate(static_cast<size_t>(plan.chunks * plan.outs) * sizeof(Acc), device);
    partial = static_cast<Acc*>(memory->data());
  }
  const auto kept = walk_of<2, I>(plan.kept);
  const auto reduced = walk_of<1, I>(plan.reduced);
  if (plan.rows) {
    bool packs = aligned_for_packs(x) && plan.reduced.rank == 1 && plan.reduced.inner_stride(0) == 1;
    for (size_t d = 0; d < static_cast<size_t>(plan.kept.rank); ++d)
      packs &= plan.kept.size[d] == 1 || plan.kept.stride[0][d] % kPack == 0;
    launch({name, grid(plan), kThreads}, reduce_rows<R, I>, x, out, partial, kept, reduced, plan.outs,
           static_cast<I>(plan.n), static_cast<I>(plan.chunk), plan.lanes, packs);
  } else {
    launch({name, grid(plan), kThreads}, reduce_columns<R, false, I, typename R::Element>, x, out, partial, kept,
           reduced, plan.outs, static_cast<I>(plan.n), static_cast<I>(plan.chunk), plan.lanes);
  }
  if (!partial) return;
  const ReducePlan merge = plan_merge(plan);
  launch({name, grid(merge), kThreads}, reduce_columns<R, true, I, Acc>, static_cast<const Acc*>(partial), out,
         static_cast<Acc*>(nullptr), walk_of<2, I>(merge.kept), walk_of<1, I>(merge.reduced), merge.outs,
         static_cast<I>(merge.n), static_cast<I>(merge.chunk), merge.lanes);
}

/// out = the rule over `dims` of x. Requires: x has elements; out contiguous, with size 1 along `dims`.
template <class R>
void reduce_by(const char* name, const Array& x, const Array& out, const Dims& dims) {
  const ReducePlan plan = plan_reduce(x.shape(), x.strides(), out.strides(), dims);
  const auto* from = x.data<const typename R::Element>();
  auto* to = out.data<typename R::Out>();
  if (plan.fits_32_bits())
    reduce_by<R, uint32_t>(name, plan, from, to, x.device());
  else
    reduce_by<R, int64_t>(name, plan, from, to, x.device());
}

}  // namespace lemma::kernels::cuda
