#pragma once
/// A value of one dtype as another: what copy does to each element, on every device.

#include <cstdint>
#include <type_traits>

#include "kernels/cuda/dtype.h"
#include "lemma/core/number.h"

namespace lemma::kernels::cuda {

/// Floating to int64 truncates, and what no int64 holds (NaN, beyond 2^63) becomes the smallest one; anything to bool
/// is x != 0.
template <class To>
struct Convert {
  template <class From>
  __device__ To operator()(From x) const {
    if constexpr (std::is_same_v<To, bool>)
      return x != From(0);
    else if constexpr (std::is_same_v<To, int64_t> && std::is_floating_point_v<From>) {
      constexpr From limit = static_cast<From>(9223372036854775808.0);
      return x >= -limit && x < limit ? static_cast<int64_t>(x) : -9223372036854775807LL - 1;
    } else if constexpr (std::is_same_v<Wide<To>, To>)
      return static_cast<To>(x);
    else
      return static_cast<To>(static_cast<float>(x));
  }
};

/// A number as an element of type T, on the host.
template <class T>
T rounded(const Number& value) {
  if constexpr (std::is_arithmetic_v<T>)
    return value.to<T>();
  else
    return T(value.to<float>());
}

}  // namespace lemma::kernels::cuda
