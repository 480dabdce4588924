#pragma once
/// float16 and bfloat16 on the CPU: widened to float32, computed there, rounded once.

#include "kernels/cpu/cpu.h"
#include "kernels/cpu/elementwise.h"

namespace lemma::kernels::cpu {

/// to[i] = from[i], n neighbouring elements of a half dtype, in vectors.
void widen(DType half, const void* from, float* to, size_t n);
/// to[i] = from[i], rounded to nearest even.
void round_to(DType half, const float* from, void* to, size_t n);

/// A half array in float32: its elements keep their order in memory (a transposed matrix stays one), and what is
/// broadcast with stride 0 stays so.
Array widened(const Array& x);
/// Has `work(wide)` fill a float32 array of `out`'s shape, and rounds it to `out`, which is of a half type.
template <class F>
void round_once(const Array& out, const F& work) {
  const Array wide(out.shape(), DType::float32);
  work(wide);
  copy(out, wide);
}

inline constexpr int64_t kFloatBlock = 512;

/// Calls loop(in, begin, count) for blocks of the n elements that start at `at`, where `in` points to the same elements
/// in float32. Bit k of `scalars`: operand k is one element for the whole run; of `wide_already`: it is a float32.
template <size_t N, class Loop>
void in_float_blocks(DType half, const Pointers<N>& at, unsigned scalars, unsigned wide_already, int64_t n,
                     const Loop& loop) {
  alignas(64) float wide[N][kFloatBlock];
  Pointers<N> in;
  for (size_t k = 0; k < N; ++k) {
    const bool ready = wide_already >> k & 1u;
    in[k] = ready ? at[k] : reinterpret_cast<const char*>(wide[k]);
    if (!ready && scalars >> k & 1u) widen(half, at[k], wide[k], 1);
  }
  for (int64_t begin = 0; begin < n; begin += kFloatBlock) {
    const int64_t count = std::min(kFloatBlock, n - begin);
    for (size_t k = 0; k < N; ++k)
      if (!(scalars >> k & 1u)) widen(half, at[k] + begin * 2, wide[k], static_cast<size_t>(count));
    loop(in, begin, count);
  }
}

}  // namespace lemma::kernels::cpu
