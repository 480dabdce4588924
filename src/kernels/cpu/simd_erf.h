// erf in vectors. Included by simd_math.h, once for each SIMD target, after the definition of exp.
// Rational approximations of Sun's fdlibm (s_erf.c, 1993), good to the last place of float64.

#if defined(LEMMA_SIMD_ERF_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LEMMA_SIMD_ERF_H
#undef LEMMA_SIMD_ERF_H
#else
#define LEMMA_SIMD_ERF_H
#endif

#include <cstdint>
#include <initializer_list>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// c0 + c1 x + c2 x^2 + ...
template <class D, size_t N>
HWY_INLINE hn::Vec<D> polynomial(D d, hn::Vec<D> x, const double (&c)[N]) {
  auto y = hn::Set(d, c[N - 1]);
  for (size_t i = N - 1; i-- > 0;) y = hn::MulAdd(y, x, hn::Set(d, c[i]));
  return y;
}

/// |x| < 0.84375: x + x P(x^2) / Q(x^2).
template <class D>
HWY_INLINE hn::Vec<D> erf_small(D d, hn::Vec<D> x) {
  constexpr double p[] = {1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02,
                          -5.77027029648944159157e-03, -2.37630166566501626084e-05};
  constexpr double q[] = {1,
                          3.97917223959155352819e-01,
                          6.50222499887672944485e-02,
                          5.08130628187576562776e-03,
                          1.32494738004321644526e-04,
                          -3.96022827877536812320e-06};
  const auto z = hn::Mul(x, x);
  return hn::MulAdd(x, hn::Div(polynomial(d, z, p), polynomial(d, z, q)), x);
}

/// 0.84375 <= x < 1.25: erf(1) + P(x - 1) / Q(x - 1).
template <class D>
HWY_INLINE hn::Vec<D> erf_middle(D d, hn::Vec<D> x) {
  constexpr double p[] = {-2.36211856075265944077e-03, 4.14856118683748331666e-01,  -3.72207876035701323847e-01,
                          3.18346619901161753674e-01,  -1.10894694282396677476e-01, 3.54783043256182359371e-02,
                          -2.16637559486879084300e-03};
  constexpr double q[] = {1,
                          1.06420880400844228286e-01,
                          5.40397917702171048937e-01,
                          7.18286544141962662868e-02,
                          1.26171219808761642112e-01,
                          1.36370839120290507362e-02,
                          1.19844998467991074170e-02};
  const auto s = hn::Sub(x, hn::Set(d, 1.0));
  return hn::Add(hn::Set(d, 8.45062911510467529297e-01), hn::Div(polynomial(d, s, p), polynomial(d, s, q)));
}

/// x >= 1.25: 1 - e^(-x^2 - 0.5625 + P(1/x^2) / Q(1/x^2)) / x, with x^2 split so that its rounding does not matter.
template <class D, class Exp>
HWY_INLINE hn::Vec<D> erf_large(D d, hn::Vec<D> x, Exp exp) {
  constexpr double pa[] = {-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01,
                           -6.23753324503260060396e+01, -1.62396669462573470355e+02, -1.84605092906711035994e+02,
                           -8.12874355063065934246e+01, -9.81432934416914548592e+00};
  constexpr double qa[] = {1,
                           1.96512716674392571292e+01,
                           1.37657754143519042600e+02,
                           4.34565877475229228821e+02,
                           6.45387271733267880336e+02,
                           4.29008140027567833386e+02,
                           1.08635005541779435134e+02,
                           6.57024977031928170135e+00,
                           -6.04244152148580987438e-02};
  constexpr double pb[] = {-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01,
                           -1.60636384855821916062e+02, -6.37566443368389627722e+02, -1.02509513161107724954e+03,
                           -4.83519191608651397019e+02};
  constexpr double qb[] = {1,
                           3.03380607434824582924e+01,
                           3.25792512996573918826e+02,
                           1.53672958608443695994e+03,
                           3.19985821950859553908e+03,
                           2.55305040643316442583e+03,
                           4.74528541206955367215e+02,
                           -2.24409524465858183362e+01};
  const hn::Rebind<uint64_t, D> bits;
  x = hn::Min(x, hn::Set(d, 6.0));  // 1 from there on
  const auto s = hn::Div(hn::Set(d, 1.0), hn::Mul(x, x));
  const auto near = hn::Lt(x, hn::Set(d, 1 / 0.35));
  const auto p = hn::IfThenElse(near, polynomial(d, s, pa), polynomial(d, s, pb));
  const auto q = hn::IfThenElse(near, polynomial(d, s, qa), polynomial(d, s, qb));
  const auto z = hn::BitCast(d, hn::And(hn::BitCast(bits, x), hn::Set(bits, 0xFFFFFFFF00000000u)));
  const auto first = exp(hn::Sub(hn::Set(d, -0.5625), hn::Mul(z, z)));
  const auto second = exp(hn::MulAdd(hn::Sub(z, x), hn::Add(z, x), hn::Div(p, q)));
  return hn::Sub(hn::Set(d, 1.0), hn::Div(hn::Mul(first, second), x));
}

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LEMMA_SIMD_ERF_H
