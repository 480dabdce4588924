#include "kernels/cpu/transpose.h"

#include <cstring>

#include "kernels/cpu/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/transpose.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/simd_transpose.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {

// By way of a small block: rows of both matrices may all fall into one set of the cache, so each is touched once,
// whole.
void words(const uint32_t* from, int64_t from_step, int64_t rows, int64_t columns, uint32_t* to, int64_t to_step) {
  alignas(64) uint32_t block[kTransposeTile * kTransposeTile];
  transpose_block(from, from_step, rows, columns, block, kTransposeTile);
  for (int64_t c = 0; c < columns; ++c)
    std::memcpy(to + c * to_step, block + c * kTransposeTile, static_cast<size_t>(rows) * sizeof(uint32_t));
}

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lemma::kernels::cpu {
HWY_EXPORT(words);
void transpose_words(const uint32_t* from, int64_t from_step, int64_t rows, int64_t columns, uint32_t* to,
                     int64_t to_step) {
  HWY_DYNAMIC_DISPATCH(words)(from, from_step, rows, columns, to, to_step);
}
}  // namespace lemma::kernels::cpu
#endif  // HWY_ONCE
