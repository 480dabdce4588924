// Between the half types and float32, in vectors: half.h's arithmetic has no branches, so the compiler vectorises it.

#include "kernels/cpu/half.h"

#include <algorithm>

#include "kernels/cpu/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/half.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/cpu.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {

void widen_loop(DType half, const uint16_t* HWY_RESTRICT from, float* HWY_RESTRICT to, size_t n) {
  if (half == DType::float16)
    for (size_t i = 0; i < n; ++i) to[i] = detail::half_value(from[i]);
  else
    for (size_t i = 0; i < n; ++i) to[i] = detail::float_of(static_cast<uint32_t>(from[i]) << 16);
}
void round_loop(DType half, const float* HWY_RESTRICT from, uint16_t* HWY_RESTRICT to, size_t n) {
  if (half == DType::float16)
    for (size_t i = 0; i < n; ++i) to[i] = detail::half_bits(from[i]);
  else
    for (size_t i = 0; i < n; ++i) to[i] = detail::bfloat16_bits(from[i]);
}

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lemma::kernels::cpu {

HWY_EXPORT(widen_loop);
HWY_EXPORT(round_loop);

void widen(DType half, const void* from, float* to, size_t n) {
  HWY_DYNAMIC_DISPATCH(widen_loop)(half, static_cast<const uint16_t*>(from), to, n);
}
void round_to(DType half, const float* from, void* to, size_t n) {
  HWY_DYNAMIC_DISPATCH(round_loop)(half, from, static_cast<uint16_t*>(to), n);
}

Array widened(const Array& x) {
  const int rank = x.rank();
  Shape order = Shape::filled(rank, 0);  // the dims as they lie in memory, outermost first
  for (int i = 0; i < rank; ++i) order[i] = i;
  std::stable_sort(&order[0], &order[0] + rank, [&](int64_t a, int64_t b) {
    return x.strides()[static_cast<int>(a)] > x.strides()[static_cast<int>(b)];
  });
  Shape shape = x.shape();
  Strides from = x.strides(), to = x.strides();
  for (int i = 0; i < rank; ++i) {
    const int dim = static_cast<int>(order[i]);
    from[i] = x.strides()[dim];
    shape[i] = from[i] == 0 ? std::min<int64_t>(x.shape()[dim], 1) : x.shape()[dim];
  }
  const Array wide(shape, DType::float32);
  copy(wide, x.view(shape, from, x.offset()));
  for (int i = 0; i < rank; ++i) to[static_cast<int>(order[i])] = from[i] == 0 ? 0 : wide.strides()[i];
  return wide.view(x.shape(), to, 0);
}

}  // namespace lemma::kernels::cpu
#endif  // HWY_ONCE
