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

/// What a kernel reads in place of an operand: an array's elements or, where `number` is given, that for all of them.
/// Half types are read as float32, and meet a number in it.
template <class T>
struct Given {
  Given(const Array& x) : array(x) {}  // NOLINT: implicit on purpose
  explicit Given(Wide<T> x) : number(x), is_number(true) {}
  Given(const Operand& x) {  // NOLINT
    if (x.is_number())
      *this = Given(x.number().template to<Wide<T>>());
    else
      array = x.array();
  }
  Array array;
  Wide<T> number{};
  bool is_number = false;

  const T* data() const { return is_number ? nullptr : array.template data<T>(); }
};
/// The type of a kernel's number: its last operand's. Of the operands one at most is a number.
template <class... In>
struct NumberOf {
  using type = int;  // none
};
template <class T, class... Rest>
struct NumberOf<T, Rest...> : NumberOf<Rest...> {};
template <class T>
struct NumberOf<T> {
  using type = Wide<T>;
};

template <class T, class Number>
__device__ Wide<T> read(const T* in, int64_t i, Number number) {
  return in ? widened(in[i]) : static_cast<Wide<T>>(number);
}
template <class T, class Number>
__device__ Pack<Wide<T>, kPack> read_pack(const T* in, int64_t i, Number number) {
  Pack<Wide<T>, kPack> y;
  if (in) {
    const Pack<T, kPack> x = reinterpret_cast<const Pack<T, kPack>*>(in)[i];
    UNROLL for (int k = 0; k < kPack; ++k) y.v[k] = widened(x.v[k]);
  } else {
    UNROLL for (int k = 0; k < kPack; ++k) y.v[k] = static_cast<Wide<T>>(number);
  }
  return y;
}
template <class Out, class Op, class... Wides>
__device__ Pack<Out, kPack> apply_to_pack(const Op& op, const Pack<Wides, kPack>... x) {
  Pack<Out, kPack> y;
  UNROLL for (int i = 0; i < kPack; ++i) y.v[i] = static_cast<Out>(op(x.v[i]...));
  return y;
}

// kPack elements per thread: whole packs, then the few left over. Requires 16-byte aligned pointers; null is the
// number.
template <class Op, class Number, class Out, class... In>
__global__ void map_packed(Op op, int64_t n, [[maybe_unused]] Number number, Out* out, const In*... in) {
  const int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x, packs = n / kPack;
  if (i < packs)
    reinterpret_cast<Pack<Out, kPack>*>(out)[i] = apply_to_pack<Out>(op, read_pack(in, i, number)...);
  else if (const int64_t last = packs * kPack + (i - packs); last < n)
    out[last] = static_cast<Out>(op(read(in, last, number)...));
}

template <class Out, class Op, class Number, int N, class... In, size_t... K>
__device__ Out apply_at(const Op& op, const uint32_t (&at)[N], [[maybe_unused]] Number number,
                        std::index_sequence<K...>, const In*... in) {
  return static_cast<Out>(op(read(in, static_cast<int32_t>(at[K + 1]), number)...));
}

// Operand 0 of the walk is the output. Offsets count modulo 2^32, so that backward strides do as well.
template <class Op, class Number, class Out, class... In>
__global__ void map_strided(Op op, const __grid_constant__ Walk<1 + sizeof...(In), uint32_t> walk, uint32_t n,
                            [[maybe_unused]] Number number, Out* out, const In*... in) {
  const int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= static_cast<int64_t>(n)) return;
  uint32_t at[1 + sizeof...(In)];
  walk.offsets(static_cast<uint32_t>(i), at);
  out[static_cast<int32_t>(at[0])] = apply_at<Out>(op, at, number, std::make_index_sequence<sizeof...(In)>{}, in...);
}

inline dim3 blocks_for(int64_t threads) { return dim3(static_cast<unsigned>(ceil_div(threads, kThreads))); }
inline bool aligned_for_packs(const void* p) { return reinterpret_cast<uintptr_t>(p) % 16 == 0; }

/// Elements [from, from + size) along `dim`.
inline Array part(const Array& x, int dim, int64_t from, int64_t size) {
  Shape shape = x.shape();
  shape[dim] = size;
  return x.view(shape, x.strides(), x.offset() + from * x.strides()[dim]);
}
template <class T>
Given<T> part(const Given<T>& x, int dim, int64_t from, int64_t size) {
  return x.is_number ? x : Given<T>(part(x.array, dim, from, size));
}

template <class Out, class... In, class Op>
void map_given(const char* name, const Op& op, const Array& out, const Given<In>&... in) {
  const int64_t n = out.numel();
  Out* y = out.data<Out>();
  typename NumberOf<In...>::type number{};
  ((in.is_number ? void(number = static_cast<decltype(number)>(in.number)) : void()), ...);
  using Number = decltype(number);
  if (out.is_contiguous() && aligned_for_packs(y) &&
      ((in.is_number || (in.array.is_contiguous() && aligned_for_packs(in.data()))) && ...))
    return launch({name, blocks_for(n / kPack + n % kPack), kThreads}, map_packed<Op, Number, Out, In...>, op, n,
                  number, y, in.data()...);
  constexpr int N = 1 + sizeof...(In);
  const std::array<const Strides*, N> strides{&out.strides(), &(in.is_number ? out : in.array).strides()...};
  if (const int dim = dim_to_halve<N>(out.shape(), strides); dim >= 0) {
    const int64_t size = out.shape()[dim], half = size / 2;
    map_given<Out, In...>(name, op, part(out, dim, 0, half), part(in, dim, 0, half)...);
    return map_given<Out, In...>(name, op, part(out, dim, half, size - half), part(in, dim, half, size - half)...);
  }
  launch({name, blocks_for(n), kThreads}, map_strided<Op, Number, Out, In...>, op,
         walk_of<N, uint32_t>(collapse<N>(out.shape(), strides)), static_cast<uint32_t>(n), number, y, in.data()...);
}

/// out = op(in...), elementwise: `in` are arrays, or operands of which one may be a number. `out` may have any strides
/// without overlap; `in` may have stride 0. Requires: equal shapes; the element types given are those of the arrays.
template <class Out, class... In, class Op, class... Operands>
void map(const char* name, const Op& op, const Array& out, const Operands&... in) {
  static_assert(sizeof...(In) == sizeof...(Operands));
  if (out.numel() != 0) map_given<Out, In...>(name, op, out, Given<In>(in)...);
}

}  // namespace lemma::kernels::cuda
