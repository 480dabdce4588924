#pragma once
/// How elements become one number: the accumulator of each reduction, and what it does to an element and to another
/// accumulator. A rule has Element, Acc, Out, nothing(), step(acc, x, position), merge(a, b) and result(acc).

#include <limits>

#include "kernels/cuda/device.h"
#include "kernels/cuda/dtype.h"

namespace lemma::kernels::cuda {

/// The number high + low. Float32 and half sums are kept like this: as good as float64 up to the one rounding at the
/// end, in seven float32 additions per element, which the loads hide; float64 has a 64th of that rate on many GPUs.
struct Compensated {
  float high, low;
};
__device__ inline Compensated add(Compensated a, float x, float low = 0) {
  const float sum = a.high + x, part = sum - a.high;
  const float lost = (a.high - (sum - part)) + (x - part);  // exactly what the first sum rounded away (Knuth)
  return {sum, (a.low + low) + lost};
}
__device__ inline Compensated add(Compensated a, Compensated b) { return add(a, b.high, b.low); }
__device__ inline double add(double a, double b) { return a + b; }
// Unsigned, because int64 wraps around and signed overflow is undefined.
__device__ inline int64_t add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
__device__ inline double multiply(double a, double b) { return a * b; }
__device__ inline int64_t multiply(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}
__device__ inline Compensated add_square(Compensated a, float x) {
  const float square = __fmul_rn(x, x);
  return add(a, square, __fmaf_rn(x, x, -square));
}
__device__ inline double add_square(double a, double x) { return a + x * x; }
__device__ inline int64_t add_square(int64_t a, int64_t x) { return add(a, multiply(x, x)); }

__device__ inline float value_of(Compensated a) {
  return a.high - a.high == 0 ? a.high + a.low : a.high;  // with an infinity or NaN in it, low means nothing
}
__device__ inline double wide_value_of(Compensated a) {
  return a.high - a.high == 0 ? static_cast<double>(a.high) + static_cast<double>(a.low) : static_cast<double>(a.high);
}
__device__ inline double value_of(double a) { return a; }
__device__ inline double wide_value_of(double a) { return a; }
__device__ inline int64_t value_of(int64_t a) { return a; }

/// Where sums of T are kept.
template <class T>
using SumOf = std::conditional_t<std::is_same_v<Wide<T>, float>, Compensated, T>;

template <Reduce kOp, class T>
struct Rule {
  static constexpr bool kMaximum = kOp == Reduce::Max, kExtreme = kMaximum || kOp == Reduce::Min;
  using Element = T;
  using Out = T;
  using W = Wide<T>;
  using Product = std::conditional_t<std::is_same_v<T, int64_t>, T, double>;  // rare enough for float64
  using Acc = std::conditional_t<kExtreme, W, std::conditional_t<kOp == Reduce::Prod, Product, SumOf<T>>>;

  using Limits = std::numeric_limits<W>;
  static constexpr W kLeast = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  static constexpr W kMost = Limits::has_infinity ? Limits::infinity() : Limits::max();

  __device__ static Acc nothing() {
    if constexpr (kExtreme) {
      return kMaximum ? kLeast : kMost;
    } else if constexpr (kOp == Reduce::Prod) {
      return Acc(1);
    } else {
      return Acc{};
    }
  }
  __device__ static Acc merge(Acc a, Acc b) {
    if constexpr (kMaximum)
      return fn::Maximum{}(a, b);
    else if constexpr (kExtreme)
      return fn::Minimum{}(a, b);
    else if constexpr (kOp == Reduce::Prod)
      return multiply(a, b);
    else
      return add(a, b);
  }
  __device__ static Acc step(Acc acc, W x, int64_t) {
    if constexpr (kOp == Reduce::SumSquares)
      return add_square(acc, x);
    else if constexpr (kOp == Reduce::Sum)
      return add(acc, x);
    else
      return merge(acc, static_cast<Acc>(x));
  }
  __device__ static Out result(Acc acc) {
    if constexpr (kExtreme)
      return static_cast<T>(acc);
    else if constexpr (std::is_same_v<T, W> || kOp != Reduce::Prod)
      return static_cast<T>(value_of(acc));
    else
      return static_cast<T>(static_cast<float>(acc));
  }
};

/// An extreme element and where it stands; at < 0 is none. The first of equals wins, and the first NaN over all
/// numbers.
template <class W>
struct Found {
  W value;
  int64_t at;
};

template <ArgReduce kOp, class T>
struct ArgRule {
  using Element = T;
  using Out = int64_t;
  using W = std::conditional_t<std::is_same_v<T, uint8_t>, int, Wide<T>>;  // bool comes as bytes
  using Acc = Found<W>;

  __device__ static Acc nothing() { return {W(0), -1}; }
  /// True if x, which stands later, is to be taken instead of `held`.
  __device__ static bool better(W x, W held) {
    return held == held && ((kOp == ArgReduce::Max ? x > held : x < held) || x != x);
  }
  __device__ static Acc step(Acc acc, W x, int64_t at) { return acc.at < 0 || better(x, acc.value) ? Acc{x, at} : acc; }
  __device__ static Acc merge(Acc a, Acc b) {
    if (a.at < 0 || b.at < 0) return a.at < 0 ? b : a;
    if (a.at > b.at) {
      const Acc later = a;
      a = b;
      b = later;
    }
    return better(b.value, a.value) ? b : a;
  }
  __device__ static Out result(Acc acc) { return acc.at; }
};

// Which other lane of the warp to read from; all 32 lanes call these.
struct Across {  // the lane whose number differs in the bits of `mask`
  int mask;
  template <class N>
  __device__ N operator()(N x) const {
    return __shfl_xor_sync(0xffffffffu, x, mask);
  }
};
struct Before {  // the lane `reach` before this one, or itself
  int reach;
  template <class N>
  __device__ N operator()(N x) const {
    return __shfl_up_sync(0xffffffffu, x, static_cast<unsigned>(reach));
  }
};
struct LastOf {  // the last lane of each group of `lanes`
  int lanes;
  template <class N>
  __device__ N operator()(N x) const {
    return __shfl_sync(0xffffffffu, x, lanes - 1, lanes);
  }
};

/// What another lane holds.
template <class A, class Where>
__device__ A from_lane(A a, Where where) {
  return where(a);
}
template <class Where>
__device__ Compensated from_lane(Compensated a, Where where) {
  return {where(a.high), where(a.low)};
}
template <class W, class Where>
__device__ Found<W> from_lane(Found<W> a, Where where) {
  return {where(a.value), where(a.at)};
}

/// Groups of `lanes` neighbouring lanes, a power of two up to 32: each lane gets the group's result. All lanes call it.
template <class R>
__device__ typename R::Acc fold_lanes(typename R::Acc acc, int lanes) {
  for (int mask = lanes / 2; mask > 0; mask /= 2) acc = R::merge(acc, from_lane(acc, Across{mask}));
  return acc;
}

}  // namespace lemma::kernels::cuda
