// y[i] = f(a[i], b[i]); y may be a.

#include "kernels/cpu/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/binary.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/cpu.h"
#include "kernels/cpu/half.h"
#include "kernels/cpu/simd_math.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {

/// kAScalar, kBScalar: that operand is one element for the whole run.
template <class Op, class T, bool kAScalar, bool kBScalar>
void binary_run(const T* a, const T* b, T* y, size_t n) {
  if constexpr (has_simd<Op, T, 2>()) {
    const hn::ScalableTag<T> d;
    const size_t lanes = hn::Lanes(d);
    const auto va = hn::Set(d, *a), vb = hn::Set(d, *b);
    size_t i = 0;
    for (; i + lanes <= n; i += lanes)
      hn::StoreU(apply(Op{}, d, kAScalar ? va : hn::LoadU(d, a + i), kBScalar ? vb : hn::LoadU(d, b + i)), d, y + i);
    if (i < n) {
      const size_t rest = n - i;
      store_some(d,
                 apply(Op{}, d, kAScalar ? va : load_some(d, a + i, rest), kBScalar ? vb : load_some(d, b + i, rest)),
                 y + i, rest);
    }
  } else {
    for (size_t i = 0; i < n; ++i) y[i] = static_cast<T>(Op{}(a[kAScalar ? 0 : i], b[kBScalar ? 0 : i]));
  }
}

template <class Op, class T>
void binary_scalars(const char* a_bytes, const char* b_bytes, unsigned scalars, char* out, size_t n) {
  const T* a = reinterpret_cast<const T*>(a_bytes);
  const T* b = reinterpret_cast<const T*>(b_bytes);
  T* y = reinterpret_cast<T*>(out);
  switch (scalars) {
    case 0:
      return binary_run<Op, T, false, false>(a, b, y, n);
    case 1:
      return binary_run<Op, T, true, false>(a, b, y, n);
    case 2:
      return binary_run<Op, T, false, true>(a, b, y, n);
    default:
      binary_run<Op, T, false, false>(a, b, y, 1);
      for (size_t i = 1; i < n; ++i) y[i] = y[0];
  }
}

template <class Op>
void binary_typed(DType dtype, const char* a, const char* b, unsigned scalars, char* out, size_t n) {
  if (dtype == DType::float32) return binary_scalars<Op, float>(a, b, scalars, out, n);
  if (dtype == DType::float64) return binary_scalars<Op, double>(a, b, scalars, out, n);
  if constexpr (Op::takes == Takes::numbers)
    if (dtype == DType::int64) return binary_scalars<Op, int64_t>(a, b, scalars, out, n);
}

void binary_loop(Binary op, DType dtype, const char* a, const char* b, unsigned scalars, char* out, size_t n) {
  switch (op) {
#define LEMMA_CASE(name, ...) \
  case Binary::name:          \
    return binary_typed<fn::name>(dtype, a, b, scalars, out, n);
    LEMMA_FOR_EACH_BINARY(LEMMA_CASE)
#undef LEMMA_CASE
  }
}

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lemma::kernels::cpu {

HWY_EXPORT(binary_loop);

void run(const BinaryWork& work) {
  if (!work.out.is_contiguous()) {  // in place, for an `a` that is not contiguous
    const Array fresh(work.out.shape(), work.out.dtype());
    run(BinaryWork{work.op, fresh, work.a, work.b});
    return copy(work.out, fresh);
  }
  const DType dtype = work.out.dtype(), compute = is_half(dtype) ? DType::float32 : dtype;
  const Feed a(work.a, compute), b(work.b, compute);
  const unsigned numbers = (work.a.is_number() ? 1u : 0u) | (work.b.is_number() ? 2u : 0u);
  const auto loop = HWY_DYNAMIC_DISPATCH(binary_loop);
  elementwise<true, 2>(work.out.shape(), bytes_of(work.out), static_cast<int64_t>(size_of(dtype)), {&a, &b},
                       [&](char* y, const Pointers<2>& at, unsigned scalars, int64_t n) {
                         if (!is_half(dtype))
                           return loop(work.op, dtype, at[0], at[1], scalars, y, static_cast<size_t>(n));
                         in_float_blocks(dtype, at, scalars, numbers, n, [&](auto& in, int64_t begin, int64_t count) {
                           float result[kFloatBlock];
                           loop(work.op, compute, in[0], in[1], scalars, reinterpret_cast<char*>(result),
                                static_cast<size_t>(count));
                           round_to(dtype, result, y + begin * 2, static_cast<size_t>(count));
                         });
                       });
}

}  // namespace lemma::kernels::cpu
#endif  // HWY_ONCE
