// The vector maths of the elementwise operations: `lanes` holds what their rows in functors.h call, `apply` runs a
// row's vector formula. Each lane is computed alone, so a result never depends on its neighbours.

#if defined(LEMMA_SIMD_MATH_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LEMMA_SIMD_MATH_H
#undef LEMMA_SIMD_MATH_H
#else
#define LEMMA_SIMD_MATH_H
#endif

#include <cstdint>

#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"
#include "kernels/cpu/simd_erf.h"
#include "kernels/functors.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
template <class D>
using V = hn::Vec<D>;

// ---- Whole vectors from the last few elements ----

/// n < Lanes(d) elements; the other lanes are `filler`. Reads nothing past the n-th.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE V<D> load_some(D d, const T* from, size_t n, T filler = T(0)) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  const auto mask = hn::FirstN(d, n);  // masked-out lanes are not touched
  return hn::IfThenElse(mask, hn::MaskedLoad(mask, d, from), hn::Set(d, filler));
#else
  HWY_ALIGN T buffer[HWY_MAX_BYTES / sizeof(T)];
  for (size_t i = 0; i < hn::Lanes(d); ++i) buffer[i] = i < n ? from[i] : filler;
  return hn::Load(d, buffer);
#endif
}
template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_some(D d, V<D> x, T* to, size_t n) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  hn::BlendedStore(x, hn::FirstN(d, n), d, to);
#else
  HWY_ALIGN T buffer[HWY_MAX_BYTES / sizeof(T)];
  hn::Store(x, d, buffer);
  for (size_t i = 0; i < n; ++i) to[i] = buffer[i];
#endif
}

/// Replaces the lanes in `where` by scalar(x): for rare arguments that the vector form does not cover.
template <class D, class M, class F>
HWY_NOINLINE V<D> patch(D d, M where, V<D> x, V<D> y, F scalar) {
  using T = hn::TFromD<D>;
  HWY_ALIGN T in[HWY_MAX_BYTES / sizeof(T)], out[HWY_MAX_BYTES / sizeof(T)], hit[HWY_MAX_BYTES / sizeof(T)];
  hn::Store(x, d, in);
  hn::Store(y, d, out);
  hn::Store(hn::IfThenElseZero(where, hn::Set(d, T(1))), d, hit);
  for (size_t i = 0; i < hn::Lanes(d); ++i)
    if (hit[i] != T(0)) out[i] = scalar(in[i]);
  return hn::Load(d, out);
}

// ---- The vector forms that functors.h names ----

namespace lanes {

template <class D>
HWY_INLINE V<D> relu(D d, V<D> x) {
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Zero(d), x);
}
template <class D>
HWY_INLINE V<D> sign(D d, V<D> x) {
  const V<D> zero = hn::Zero(d), one = hn::Set(d, 1);
  const V<D> y = hn::Sub(hn::IfThenElseZero(hn::Gt(x, zero), one), hn::IfThenElseZero(hn::Lt(x, zero), one));
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

/// Highway's Exp is for a bounded range: what lies beyond is 0 or inf anyway.
template <class D>
HWY_INLINE V<D> exp(D d, V<D> x) {
  using T = hn::TFromD<D>;
  const V<D> low = hn::Set(d, sizeof(T) == 4 ? T(-105) : T(-1001)), high = hn::Set(d, sizeof(T) == 4 ? T(89) : T(710));
  const V<D> y = hn::Exp(d, hn::Min(hn::Max(x, low), high));
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

/// Beyond its range the result is -1 or inf anyway.
template <class D>
HWY_INLINE V<D> expm1(D d, V<D> x) {
  using T = hn::TFromD<D>;
  const V<D> y = hn::Expm1(d, hn::Min(x, hn::Set(d, sizeof(T) == 4 ? T(104) : T(710))));
  return hn::IfThenElse(hn::Or(hn::IsNaN(x), hn::Eq(x, hn::Zero(d))), x, y);
}

/// log of a positive number; 0, negative, inf and NaN as in the standard library.
template <class D>
HWY_INLINE V<D> fix_log(D d, V<D> argument, V<D> y) {
  using T = hn::TFromD<D>;
  const V<D> inf = hn::Inf(d), zero = hn::Zero(d);
  y = hn::IfThenElse(hn::Eq(argument, zero), hn::Neg(inf), y);
  y = hn::IfThenElse(hn::Eq(argument, inf), inf, y);
  return hn::IfThenElse(hn::Ge(argument, zero), y, hn::Set(d, std::numeric_limits<T>::quiet_NaN()));
}
template <class D>
HWY_INLINE V<D> log(D d, V<D> x) {
  return fix_log(d, x, hn::Log(d, x));
}
template <class D>
HWY_INLINE V<D> log1p(D d, V<D> x) {
  const V<D> y = hn::Log1p(d, x);
  return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, fix_log(d, hn::Add(x, hn::Set(d, 1)), y));
}

/// max(x, 0) + log(1 + e^-|x|)
template <class D>
HWY_INLINE V<D> softplus(D d, V<D> x) {
  return hn::Add(lanes::relu(d, x), lanes::log1p(d, lanes::exp(d, hn::Neg(hn::Abs(x)))));
}

template <class D>
HWY_INLINE V<D> tanh(D d, V<D> x) {
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Tanh(d, x));
}

/// e = exp(-|x|) never overflows: 1 / (1 + e) for x >= 0, e / (1 + e) below.
template <class D>
HWY_INLINE V<D> sigmoid(D d, V<D> x) {
  const V<D> one = hn::Set(d, 1), e = lanes::exp(d, hn::Neg(hn::Abs(x)));
  return hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one), hn::Add(one, e));
}

/// Highway reduces the angle well up to some thousands of turns; beyond, the standard library does.
template <class D>
HWY_INLINE V<D> sin(D d, V<D> x) {
  const auto far = hn::Not(hn::Le(hn::Abs(x), hn::Set(d, 20000)));
  const V<D> y = hn::Sin(d, hn::IfThenElse(far, hn::Zero(d), x));
  return HWY_LIKELY(hn::AllFalse(d, far)) ? y : patch(d, far, x, y, fn::Sin{});
}
template <class D>
HWY_INLINE V<D> cos(D d, V<D> x) {
  const auto far = hn::Not(hn::Le(hn::Abs(x), hn::Set(d, 20000)));
  const V<D> y = hn::Cos(d, hn::IfThenElse(far, hn::Zero(d), x));
  return HWY_LIKELY(hn::AllFalse(d, far)) ? y : patch(d, far, x, y, fn::Cos{});
}

/// By ranges of |x|; one that no lane is in is skipped. float32 goes by way of float64.
template <class D>
HWY_INLINE V<D> erf(D d, V<D> x) {
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    const hn::ScalableTag<double> wide;
    const hn::Rebind<float, decltype(wide)> half;
    HWY_ALIGN float buffer[HWY_MAX_BYTES / sizeof(float)];
    hn::Store(x, d, buffer);
    for (size_t i = 0; i < hn::Lanes(d); i += hn::Lanes(wide))
      hn::StoreU(hn::DemoteTo(half, lanes::erf(wide, hn::PromoteTo(wide, hn::LoadU(half, buffer + i)))), half,
                 buffer + i);
    return hn::Load(d, buffer);
  } else {
    struct Exponential {
      D d;
      HWY_INLINE V<D> operator()(V<D> v) const { return lanes::exp(d, v); }
    };
    const V<D> size = hn::Abs(x);
    const auto small = hn::Lt(size, hn::Set(d, 0.84375)), large = hn::Ge(size, hn::Set(d, 1.25));
    V<D> y = hn::AllFalse(d, small) ? x : erf_small(d, x);  // NaN stays
    const auto middle = hn::And(hn::Ge(size, hn::Set(d, 0.84375)), hn::Lt(size, hn::Set(d, 1.25)));
    if (!hn::AllFalse(d, middle)) y = hn::IfThenElse(middle, hn::CopySign(erf_middle(d, size), x), y);
    if (!hn::AllFalse(d, large)) y = hn::IfThenElse(large, hn::CopySign(erf_large(d, size, Exponential{d}), x), y);
    return y;
  }
}

template <class D>
HWY_INLINE V<D> maximum(D, V<D> a, V<D> b) {
  return hn::IfThenElse(hn::Or(hn::IsNaN(a), hn::Gt(a, b)), a, b);
}
template <class D>
HWY_INLINE V<D> minimum(D, V<D> a, V<D> b) {
  return hn::IfThenElse(hn::Or(hn::IsNaN(a), hn::Lt(a, b)), a, b);
}

}  // namespace lanes

// ---- apply(functor, d, x...): the vector formula of its row; ScalarOnly where the row has none ----

struct ScalarOnly {};
inline constexpr ScalarOnly scalar{};

#define LEMMA_AS_VECTOR(name, takes, cast, scalar_formula, vector_formula)         \
  template <class D>                                                               \
  HWY_INLINE auto apply(fn::name, [[maybe_unused]] D d, [[maybe_unused]] V<D> x) { \
    return vector_formula;                                                         \
  }
LEMMA_FOR_EACH_UNARY(LEMMA_AS_VECTOR)
#undef LEMMA_AS_VECTOR
#define LEMMA_AS_VECTOR(name, takes, cast, scalar_formula, vector_formula)                                  \
  template <class D>                                                                                        \
  HWY_INLINE auto apply(fn::name, [[maybe_unused]] D d, [[maybe_unused]] V<D> a, [[maybe_unused]] V<D> b) { \
    return vector_formula;                                                                                  \
  }
LEMMA_FOR_EACH_BINARY(LEMMA_AS_VECTOR)
#undef LEMMA_AS_VECTOR

/// Does this operation have a vector form for elements T?
template <class Op, class T, size_t kArgs>
constexpr bool has_simd() {
  if constexpr (!std::is_floating_point_v<T>) {
    return false;
  } else {
    using D = hn::ScalableTag<T>;
    if constexpr (kArgs == 1)
      return std::is_same_v<decltype(apply(Op{}, D{}, hn::Zero(D{}))), V<D>>;
    else
      return std::is_same_v<decltype(apply(Op{}, D{}, hn::Zero(D{}), hn::Zero(D{}))), V<D>>;
  }
}

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LEMMA_SIMD_MATH_H
