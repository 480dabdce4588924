// Comparisons (bool results) and selection between two operands.

#include "kernels/cpu/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/compare.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/cpu.h"
#include "kernels/cpu/half.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {

// Plain loops: they have no tails of their own, and the compiler vectorises them for each target.
template <class Op, class T>
void compare_run(const char* a_bytes, const char* b_bytes, unsigned scalars, char* out, size_t n) {
  const T* HWY_RESTRICT a = reinterpret_cast<const T*>(a_bytes);
  const T* HWY_RESTRICT b = reinterpret_cast<const T*>(b_bytes);
  bool* HWY_RESTRICT y = reinterpret_cast<bool*>(out);
  const T a0 = *a, b0 = *b;
  switch (scalars) {
    case 0:
      for (size_t i = 0; i < n; ++i) y[i] = Op{}(a[i], b[i]);
      break;
    case 1:
      for (size_t i = 0; i < n; ++i) y[i] = Op{}(a0, b[i]);
      break;
    case 2:
      for (size_t i = 0; i < n; ++i) y[i] = Op{}(a[i], b0);
      break;
    default:
      for (size_t i = 0; i < n; ++i) y[i] = Op{}(a0, b0);
  }
}

template <class Op>
void compare_typed(DType dtype, const char* a, const char* b, unsigned scalars, char* out, size_t n) {
  switch (dtype) {
    case DType::float32:
      return compare_run<Op, float>(a, b, scalars, out, n);
    case DType::float64:
      return compare_run<Op, double>(a, b, scalars, out, n);
    case DType::int64:
      return compare_run<Op, int64_t>(a, b, scalars, out, n);
    case DType::boolean:
      return compare_run<Op, uint8_t>(a, b, scalars, out, n);
    case DType::float16:
    case DType::bfloat16:
      return;  // widened before
  }
}

void compare_loop(Compare op, DType dtype, const char* a, const char* b, unsigned scalars, char* out, size_t n) {
  switch (op) {
#define LEMMA_CASE(name, ...) \
  case Compare::name:         \
    return compare_typed<fn::name>(dtype, a, b, scalars, out, n);
    LEMMA_FOR_EACH_COMPARE(LEMMA_CASE)
#undef LEMMA_CASE
  }
}

template <class T>
void select_run(const char* condition, const char* a_bytes, const char* b_bytes, unsigned scalars, char* out,
                size_t n) {
  const uint8_t* HWY_RESTRICT c = reinterpret_cast<const uint8_t*>(condition);
  const T* HWY_RESTRICT a = reinterpret_cast<const T*>(a_bytes);
  const T* HWY_RESTRICT b = reinterpret_cast<const T*>(b_bytes);
  T* HWY_RESTRICT y = reinterpret_cast<T*>(out);
  const T a0 = *a, b0 = *b;
  if (scalars & 1u) {  // one condition for the whole run
    const bool first = *c != 0;
    const T* from = first ? a : b;
    const bool scalar = scalars & (first ? 2u : 4u);
    for (size_t i = 0; i < n; ++i) y[i] = from[scalar ? 0 : i];
    return;
  }
  switch (scalars >> 1) {  // both are read before the choice, so that it needs no branch
    case 0:
      for (size_t i = 0; i < n; ++i) {
        const T x = a[i], z = b[i];
        y[i] = c[i] ? x : z;
      }
      break;
    case 1:
      for (size_t i = 0; i < n; ++i) {
        const T z = b[i];
        y[i] = c[i] ? a0 : z;
      }
      break;
    case 2:
      for (size_t i = 0; i < n; ++i) {
        const T x = a[i];
        y[i] = c[i] ? x : b0;
      }
      break;
    default:
      for (size_t i = 0; i < n; ++i) y[i] = c[i] ? a0 : b0;
  }
}

void select_loop(size_t size, const char* c, const char* a, const char* b, unsigned scalars, char* out, size_t n) {
  if (size == 1) return select_run<uint8_t>(c, a, b, scalars, out, n);
  if (size == 2) return select_run<uint16_t>(c, a, b, scalars, out, n);
  if (size == 4) return select_run<uint32_t>(c, a, b, scalars, out, n);
  select_run<uint64_t>(c, a, b, scalars, out, n);
}

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lemma::kernels::cpu {

HWY_EXPORT(compare_loop);
HWY_EXPORT(select_loop);

/// A comparison with NaN is false, Ne true.
void run(const CompareWork& work) {
  const DType dtype = work.a.is_number() ? work.b.array().dtype() : work.a.array().dtype(),
              compute = is_half(dtype) ? DType::float32 : dtype;
  const Feed a(work.a, compute), b(work.b, compute);
  const unsigned numbers = (work.a.is_number() ? 1u : 0u) | (work.b.is_number() ? 2u : 0u);
  const auto loop = HWY_DYNAMIC_DISPATCH(compare_loop);
  elementwise<true, 2>(work.out.shape(), bytes_of(work.out), 1, {&a, &b},
                       [&](char* y, const Pointers<2>& at, unsigned scalars, int64_t n) {
                         if (!is_half(dtype))
                           return loop(work.op, dtype, at[0], at[1], scalars, y, static_cast<size_t>(n));
                         in_float_blocks(dtype, at, scalars, numbers, n, [&](auto& in, int64_t begin, int64_t count) {
                           loop(work.op, compute, in[0], in[1], scalars, y + begin, static_cast<size_t>(count));
                         });
                       });
}

/// Bits are copied as they are.
void run(const SelectWork& work) {
  const DType dtype = work.out.dtype();
  const size_t size = size_of(dtype);
  const Feed condition(work.condition), a(work.a, dtype), b(work.b, dtype);
  const auto loop = HWY_DYNAMIC_DISPATCH(select_loop);
  elementwise<true, 3>(work.out.shape(), bytes_of(work.out), static_cast<int64_t>(size), {&condition, &a, &b},
                       [&](char* y, const Pointers<3>& at, unsigned scalars, int64_t n) {
                         loop(size, at[0], at[1], at[2], scalars, y, static_cast<size_t>(n));
                       });
}

}  // namespace lemma::kernels::cpu
#endif  // HWY_ONCE
