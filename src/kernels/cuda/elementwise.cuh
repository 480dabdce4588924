#pragma once
/// out[i] = op(a[i], b[i], ...): a path of whole vectors where everything is contiguous, and one that walks strides.

#include "kernels/cuda/device.h"
#include "kernels/cuda/dtype.h"
#include "kernels/cuda/walk.h"

namespace lemma::kernels::cuda {

inline constexpr int kThreads = 256;

/// Neighbouring elements that one instruction loads or stores: 16 bytes at most.
template <class T, int N>
struct alignas(sizeof(T) * N > 16 ? 16 : sizeof(T) * N) Pack {
  T v[N];
};
inline constexpr int kPack = 4;

/// The arithmetic of one element: halves are computed in float32 and rounded once.
template <class Out, class Op, class... In>
__device__ Out apply_to(const Op& op, In... x) {
  return static_cast<Out>(op(widened(x)...));
}
template <class Out, class Op, class... In>
__device__ Pack<Out, kPack> apply_to_pack(const Op& op, const Pack<In, kPack>... x) {
  Pack<Out, kPack> y;
  UNROLL for (int i = 0; i < kPack; ++i) y.v[i] = apply_to<Out>(op, x.v[i]...);
  return y;
}

// kPack elements a thread: whole packs, then the few left over. Requires 16-byte aligned pointers for packs.
template <class Op, class Out, class... In>
__global__ void map_packed(Op op, int64_t n, Out* out, const In*... in) {
  const int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x, packs = n / kPack;
  if (i < packs)
    reinterpret_cast<Pack<Out, kPack>*>(out)[i] =
        apply_to_pack<Out>(op, reinterpret_cast<const Pack<In, kPack>*>(in)[i]...);
  else if (const int64_t last = packs * kPack + (i - packs); last < n)
    out[last] = apply_to<Out>(op, in[last]...);
}

template <class Op, class Out, class... In>
__global__ void map_plain(Op op, int64_t n, Out* out, const In*... in) {
  const int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < n) out[i] = apply_to<Out>(op, in[i]...);
}

template <class Out, class Op, class I, int N, class... In, size_t... K>
__device__ Out apply_at(const Op& op, const I (&at)[N], std::index_sequence<K...>, const In*... in) {
  return apply_to<Out>(op, in[at[K + 1]]...);
}

// Operand 0 of the walk is the output.
template <class Op, class I, class Out, class... In>
__global__ void map_strided(Op op, const __grid_constant__ Walk<1 + sizeof...(In), I> walk, I n, Out* out,
                            const In*... in) {
  const int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= static_cast<int64_t>(n)) return;
  I at[1 + sizeof...(In)];
  walk.offsets(static_cast<I>(i), at);
  out[at[0]] = apply_at<Out>(op, at, std::make_index_sequence<sizeof...(In)>{}, in...);
}

inline dim3 blocks_for(int64_t threads) { return dim3(static_cast<unsigned>(ceil_div(threads, kThreads))); }
inline bool aligned_for_packs(const void* p) { return reinterpret_cast<uintptr_t>(p) % 16 == 0; }

/// out = op(in...), elementwise. `out` may have any strides without overlap; `in` may have stride 0.
/// Requires: equal shapes; the element types given are those of the arrays.
template <class Out, class... In, class Op, class... Arrays>
void map(const char* name, const Op& op, const Array& out, const Arrays&... in) {
  static_assert(sizeof...(In) == sizeof...(Arrays));
  const int64_t n = out.numel();
  if (n == 0) return;
  Out* y = out.data<Out>();
  if (out.is_contiguous() && (in.is_contiguous() && ...)) {
    if (aligned_for_packs(y) && (aligned_for_packs(in.template data<In>()) && ...))
      return launch({name, blocks_for(n / kPack + n % kPack), kThreads}, map_packed<Op, Out, In...>, op, n, y,
                    in.template data<In>()...);
    return launch({name, blocks_for(n), kThreads}, map_plain<Op, Out, In...>, op, n, y, in.template data<In>()...);
  }
  constexpr int N = 1 + sizeof...(In);
  const auto dims = collapse<N>(out.shape(), {&out.strides(), &in.strides()...});
  if (fits_32_bits(dims))
    return launch({name, blocks_for(n), kThreads}, map_strided<Op, uint32_t, Out, In...>, op,
                  walk_of<N, uint32_t>(dims), static_cast<uint32_t>(n), y, in.template data<In>()...);
  launch({name, blocks_for(n), kThreads}, map_strided<Op, int64_t, Out, In...>, op, walk_of<N, int64_t>(dims), n, y,
         in.template data<In>()...);
}

}  // namespace lemma::kernels::cuda
