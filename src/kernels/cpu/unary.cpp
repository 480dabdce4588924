// y[i] = f(x[i]): the vector form of f where functors.h has one, its scalar functor otherwise.

#include "kernels/cpu/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/unary.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/cpu.h"
#include "kernels/cpu/half.h"
#include "kernels/cpu/simd_math.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {

template <class Op, class T>
void unary_run(const char* in, char* out, size_t n) {
  const T* x = reinterpret_cast<const T*>(in);
  T* y = reinterpret_cast<T*>(out);
  if constexpr (has_simd<Op, T, 1>()) {
    const hn::ScalableTag<T> d;
    const size_t lanes = hn::Lanes(d);
    size_t i = 0;
    for (; i + lanes <= n; i += lanes) hn::StoreU(apply(Op{}, d, hn::LoadU(d, x + i)), d, y + i);
    if (i < n) store_some(d, apply(Op{}, d, load_some(d, x + i, n - i)), y + i, n - i);
  } else {
    for (size_t i = 0; i < n; ++i) y[i] = static_cast<T>(Op{}(x[i]));
  }
}

template <class Op>
void unary_typed(DType dtype, const char* in, char* out, size_t n) {
  if (dtype == DType::float32) return unary_run<Op, float>(in, out, n);
  if (dtype == DType::float64) return unary_run<Op, double>(in, out, n);
  if constexpr (Op::takes == Takes::numbers)
    if (dtype == DType::int64) return unary_run<Op, int64_t>(in, out, n);
}

void unary_loop(Unary op, DType dtype, const char* in, char* out, size_t n) {
  switch (op) {
#define LEMMA_CASE(name, ...) \
  case Unary::name:           \
    return unary_typed<fn::name>(dtype, in, out, n);
    LEMMA_FOR_EACH_UNARY(LEMMA_CASE)
#undef LEMMA_CASE
  }
}

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lemma::kernels::cpu {

HWY_EXPORT(unary_loop);

void run(const UnaryWork& work) {
  const DType dtype = work.x.dtype();
  const Feed x(work.x);
  const auto loop = HWY_DYNAMIC_DISPATCH(unary_loop);
  elementwise<false, 1>(work.out.shape(), bytes_of(work.out), static_cast<int64_t>(size_of(dtype)), {&x},
                        [&](char* y, const Pointers<1>& at, unsigned, int64_t n) {
                          if (!is_half(dtype)) return loop(work.op, dtype, at[0], y, static_cast<size_t>(n));
                          in_float_blocks(dtype, at, 0, 0, n, [&](auto& wide, int64_t begin, int64_t count) {
                            float result[kFloatBlock];
                            loop(work.op, DType::float32, wide[0], reinterpret_cast<char*>(result),
                                 static_cast<size_t>(count));
                            round_to(dtype, result, y + begin * 2, static_cast<size_t>(count));
                          });
                        });
}

}  // namespace lemma::kernels::cpu
#endif  // HWY_ONCE
