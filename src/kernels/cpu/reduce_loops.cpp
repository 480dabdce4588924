// Sums, products and extremes of rows and columns, in vectors.

#include "kernels/cpu/reduce_loops.h"

#include <limits>

#include "kernels/cpu/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/reduce_loops.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/simd_math.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {

/// What one op does to elements T: the accumulator's type, its value for no elements, and the two ways to combine.
template <Reduce kOp, class T>
struct Rule {
  static constexpr bool kMaximum = kOp == Reduce::Max, kExtreme = kMaximum || kOp == Reduce::Min,
                        kProduct = kOp == Reduce::Prod;
  using Acc = std::conditional_t<!kExtreme && std::is_same_v<T, float>, double, T>;
  using Extreme = std::conditional_t<kOp == Reduce::Max, fn::Maximum, fn::Minimum>;

  static constexpr Acc nothing() {
    using L = std::numeric_limits<Acc>;
    if constexpr (kOp == Reduce::Prod)
      return Acc(1);
    else if constexpr (kOp == Reduce::Max)
      return L::has_infinity ? -L::infinity() : L::lowest();
    else if constexpr (kOp == Reduce::Min)
      return L::has_infinity ? L::infinity() : L::max();
    else
      return Acc(0);
  }
  static Acc merge(Acc a, Acc b) {
    if constexpr (kExtreme)
      return Extreme{}(a, b);
    else if constexpr (kOp == Reduce::Prod)
      return fn::times(a, b);
    else
      return fn::plus(a, b);
  }
  static Acc step(Acc acc, Acc x) {
    if constexpr (kOp == Reduce::SumSquares)
      return fn::plus(acc, fn::times(x, x));
    else
      return merge(acc, x);
  }
  template <class D>
  static HWY_INLINE V<D> merge(D d, V<D> a, V<D> b) {
    if constexpr (kExtreme)
      return apply(Extreme{}, d, a, b);
    else if constexpr (kOp == Reduce::Prod)
      return hn::Mul(a, b);
    else
      return hn::Add(a, b);
  }
  template <class D>
  static HWY_INLINE V<D> step(D d, V<D> acc, V<D> x) {
    if constexpr (kOp == Reduce::SumSquares)
      return hn::MulAdd(x, x, acc);
    else
      return merge(d, acc, x);
  }
};

/// Lanes(d) elements as accumulators.
template <class D, class T>
HWY_INLINE V<D> load_as(D d, const T* from) {
  if constexpr (std::is_same_v<T, hn::TFromD<D>>)
    return hn::LoadU(d, from);
  else
    return hn::PromoteTo(d, hn::LoadU(hn::Rebind<T, D>(), from));
}
/// The last n of them; the other lanes hold a value that changes nothing.
template <class D, class T>
HWY_INLINE V<D> load_some_as(D d, const T* from, size_t n, T nothing) {
  if constexpr (std::is_same_v<T, hn::TFromD<D>>)
    return load_some(d, from, n, nothing);
  else
    return hn::PromoteTo(d, load_some(hn::Rebind<T, D>(), from, n, nothing));
}

/// All lanes combined.
template <class R, class D>
HWY_INLINE hn::TFromD<D> fold(D d, V<D> v) {
  using Acc = hn::TFromD<D>;
  if constexpr (R::kExtreme) {
    if (!hn::AllFalse(d, hn::IsNaN(v))) return std::numeric_limits<Acc>::quiet_NaN();
    if constexpr (R::kMaximum)
      return hn::GetLane(hn::MaxOfLanes(d, v));
    else
      return hn::GetLane(hn::MinOfLanes(d, v));
  } else if constexpr (R::kProduct) {
    HWY_ALIGN Acc each[HWY_MAX_BYTES / sizeof(Acc)];
    hn::Store(v, d, each);
    for (size_t k = 1; k < hn::Lanes(d); ++k) each[0] *= each[k];
    return each[0];
  } else {
    return hn::GetLane(hn::SumOfLanes(d, v));
  }
}

template <Reduce kOp, class T>
typename Rule<kOp, T>::Acc reduce_row(const T* x, int64_t n) {
  using R = Rule<kOp, T>;
  using Acc = typename R::Acc;
  if constexpr (std::is_floating_point_v<T>) {
    const hn::ScalableTag<Acc> d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    auto a0 = hn::Set(d, R::nothing()), a1 = a0, a2 = a0, a3 = a0;
    int64_t i = 0;
    for (; i + 4 * lanes <= n; i += 4 * lanes) {
      a0 = R::step(d, a0, load_as(d, x + i));
      a1 = R::step(d, a1, load_as(d, x + i + lanes));
      a2 = R::step(d, a2, load_as(d, x + i + 2 * lanes));
      a3 = R::step(d, a3, load_as(d, x + i + 3 * lanes));
    }
    for (; i + lanes <= n; i += lanes) a0 = R::step(d, a0, load_as(d, x + i));
    if (i < n) a1 = R::step(d, a1, load_some_as(d, x + i, static_cast<size_t>(n - i), static_cast<T>(R::nothing())));
    return fold<R>(d, R::merge(d, R::merge(d, a0, a1), R::merge(d, a2, a3)));
  } else {
    Acc total = R::nothing();
    for (int64_t i = 0; i < n; ++i) total = R::step(total, static_cast<Acc>(x[i]));
    return total;
  }
}

template <Reduce kOp, class T, class Out>
void rows_run(const char* x, int64_t row_stride, int64_t rows, int64_t n, char* out, int64_t out_stride) {
  for (int64_t r = 0; r < rows; ++r)
    reinterpret_cast<Out*>(out)[r * out_stride] =
        static_cast<Out>(reduce_row<kOp, T>(reinterpret_cast<const T*>(x) + r * row_stride, n));
}

template <Reduce kOp, class T>
void columns_run(const char* x_bytes, int64_t row_stride, int64_t rows, int64_t columns, char* acc_bytes) {
  using R = Rule<kOp, T>;
  using Acc = typename R::Acc;
  Acc* acc = reinterpret_cast<Acc*>(acc_bytes);
  const T* x = reinterpret_cast<const T*>(x_bytes);
  int64_t r = 0;
  if constexpr (std::is_floating_point_v<T>) {
    // Four rows at a time: the accumulators are then loaded and stored once for four elements.
    const hn::ScalableTag<Acc> d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    for (; r + 4 <= rows; r += 4) {
      const T *x0 = x + r * row_stride, *x1 = x0 + row_stride, *x2 = x1 + row_stride, *x3 = x2 + row_stride;
      int64_t c = 0;
      for (; c + lanes <= columns; c += lanes) {
        auto a = hn::LoadU(d, acc + c);
        a = R::step(d, a, load_as(d, x0 + c));
        a = R::step(d, a, load_as(d, x1 + c));
        a = R::step(d, a, load_as(d, x2 + c));
        a = R::step(d, a, load_as(d, x3 + c));
        hn::StoreU(a, d, acc + c);
      }
      for (; c < columns; ++c)
        for (const T* row : {x0, x1, x2, x3}) acc[c] = R::step(acc[c], static_cast<Acc>(row[c]));
    }
  }
  for (; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c) acc[c] = R::step(acc[c], static_cast<Acc>(x[r * row_stride + c]));
}

template <Reduce kOp, class T>
void clear_run(char* acc, int64_t n) {
  using R = Rule<kOp, T>;
  for (int64_t i = 0; i < n; ++i) reinterpret_cast<typename R::Acc*>(acc)[i] = R::nothing();
}

template <Reduce kOp, class T>
void merge_run(char* into, const char* from, int64_t n) {
  using R = Rule<kOp, T>;
  auto* a = reinterpret_cast<typename R::Acc*>(into);
  const auto* b = reinterpret_cast<const typename R::Acc*>(from);
  for (int64_t i = 0; i < n; ++i) a[i] = R::merge(a[i], b[i]);
}

template <Reduce kOp, class T>
void finish_run(const char* acc, char* out, int64_t n) {
  const auto* a = reinterpret_cast<const typename Rule<kOp, T>::Acc*>(acc);
  for (int64_t i = 0; i < n; ++i) reinterpret_cast<T*>(out)[i] = static_cast<T>(a[i]);
}

template <Reduce kOp, class T>
ReduceLoops loops_typed() {
  using Acc = typename Rule<kOp, T>::Acc;
  return {static_cast<int64_t>(sizeof(Acc)),
          &rows_run<kOp, T, T>,
          &rows_run<kOp, T, Acc>,
          &columns_run<kOp, T>,
          &clear_run<kOp, T>,
          &merge_run<kOp, T>,
          &finish_run<kOp, T>};
}

template <class T>
ReduceLoops loops_of(Reduce op) {
  switch (op) {
    case Reduce::Max:
      return loops_typed<Reduce::Max, T>();
    case Reduce::Min:
      return loops_typed<Reduce::Min, T>();
    case Reduce::Prod:
      return loops_typed<Reduce::Prod, T>();
    case Reduce::SumSquares:
      return loops_typed<Reduce::SumSquares, T>();
    case Reduce::Sum:
      break;
  }
  return loops_typed<Reduce::Sum, T>();
}

ReduceLoops find_loops(Reduce op, DType dtype) {
  if (dtype == DType::float32) return loops_of<float>(op);
  if (dtype == DType::float64) return loops_of<double>(op);
  return loops_of<int64_t>(op);
}

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lemma::kernels::cpu {
HWY_EXPORT(find_loops);
ReduceLoops reduce_loops(Reduce op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_loops)(op, dtype); }
}  // namespace lemma::kernels::cpu
#endif  // HWY_ONCE
