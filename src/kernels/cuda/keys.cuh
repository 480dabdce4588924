#pragma once
/// Elements as unsigned keys in the same order: then one sort serves every dtype, ascending and descending.

#include "kernels/cuda/dtype.h"

namespace lemma::kernels::cuda {

/// Unsigned words as large as the elements; at least 32 bits.
template <class T>
using KeyOf = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

/// Floating: positive numbers are in order as bits, negative ones in reverse. -0 equals 0; all NaN are one key, the
/// largest.
__device__ inline uint32_t key_of(float x) {
  if (x != x) return ~0u;
  const uint32_t bits = detail::bits_of(x + 0.0f);
  return bits >> 31 ? ~bits : bits | 0x80000000u;
}
__device__ inline uint64_t key_of(double x) {
  if (x != x) return ~uint64_t{0};
  const uint64_t bits = __builtin_bit_cast(uint64_t, x + 0.0);
  return bits >> 63 ? ~bits : bits | uint64_t{1} << 63;
}
__device__ inline uint64_t key_of(int64_t x) {
  return static_cast<uint64_t>(x) ^ uint64_t { 1 } << 63;
}
__device__ inline uint32_t key_of(bool x) { return x; }
__device__ inline uint32_t key_of(float16 x) { return key_of(static_cast<float>(x)); }
__device__ inline uint32_t key_of(bfloat16 x) { return key_of(static_cast<float>(x)); }

/// The int64 of a key.
__device__ inline int64_t index_of(uint64_t key) { return static_cast<int64_t>(key ^ uint64_t{1} << 63); }

}  // namespace lemma::kernels::cuda
