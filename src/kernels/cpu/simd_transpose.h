// Transposing small blocks in registers, four by four. Included once for each SIMD target.

#if defined(LEMMA_SIMD_TRANSPOSE_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LEMMA_SIMD_TRANSPOSE_H
#undef LEMMA_SIMD_TRANSPOSE_H
#else
#define LEMMA_SIMD_TRANSPOSE_H
#endif

#include <algorithm>
#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
constexpr bool kFours = false;
template <class T>
void transpose_4x4(const T*, int64_t, T*, int64_t) {}
#else
constexpr bool kFours = true;
/// to[c * to_step + r] = from[r * from_step + c] for 4 x 4 elements of 4 bytes.
template <class T>
HWY_INLINE void transpose_4x4(const T* from, int64_t from_step, T* to, int64_t to_step) {
  const hn::FixedTag<T, 4> d;
  const hn::FixedTag<uint64_t, 2> wide;
  const auto r0 = hn::LoadU(d, from), r1 = hn::LoadU(d, from + from_step), r2 = hn::LoadU(d, from + 2 * from_step),
             r3 = hn::LoadU(d, from + 3 * from_step);
  const auto low01 = hn::BitCast(wide, hn::InterleaveLower(d, r0, r1)),
             high01 = hn::BitCast(wide, hn::InterleaveUpper(d, r0, r1));
  const auto low23 = hn::BitCast(wide, hn::InterleaveLower(d, r2, r3)),
             high23 = hn::BitCast(wide, hn::InterleaveUpper(d, r2, r3));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(wide, low01, low23)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(wide, low01, low23)), d, to + to_step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(wide, high01, high23)), d, to + 2 * to_step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(wide, high01, high23)), d, to + 3 * to_step);
}
#endif

/// to[c * to_step + r] = from[r * from_step + c] for rows x columns elements.
template <class T>
void transpose_block(const T* from, int64_t from_step, int64_t rows, int64_t columns, T* to, int64_t to_step) {
  int64_t r = 0;
  if constexpr (kFours && sizeof(T) == 4) {
    for (; r + 4 <= rows; r += 4) {
      int64_t c = 0;
      for (; c + 4 <= columns; c += 4)
        transpose_4x4(from + r * from_step + c, from_step, to + c * to_step + r, to_step);
      for (; c < columns; ++c)
        for (int64_t k = 0; k < 4; ++k) to[c * to_step + r + k] = from[(r + k) * from_step + c];
    }
  }
  for (; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c) to[c * to_step + r] = from[r * from_step + c];
}

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LEMMA_SIMD_TRANSPOSE_H
