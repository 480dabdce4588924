#pragma once
/// From a dtype known at run time to a C++ type, and the type that a kernel computes in.

#include <string>

#include "kernels/cuda/device.h"
#include "lemma/core/half.h"

namespace lemma::kernels::cuda {

/// The half types are computed in float32; the others as they are.
template <class T>
struct WideOf {
  using type = T;
};
template <>
struct WideOf<float16> {
  using type = float;
};
template <>
struct WideOf<bfloat16> {
  using type = float;
};
template <class T>
using Wide = typename WideOf<T>::type;

template <class T>
__host__ __device__ Wide<T> widened(T x) {
  return static_cast<Wide<T>>(x);
}

/// For float32 sums each kernel chooses two float32 (compensated) or float64; this is the plain type to add in.
template <class T>
struct Type {
  using type = T;
};

[[noreturn]] inline void refuse(const char* op, DType dtype) {
  throw DTypeError(op, std::string("the CUDA kernel does not take ") + name(dtype), {dtype});
}

/// f(Type<T>) for the floating dtype's T.
template <class F>
auto with_floating(const char* op, DType dtype, const F& f) {
  switch (dtype) {
    case DType::float32:
      return f(Type<float>{});
    case DType::float64:
      return f(Type<double>{});
    case DType::float16:
      return f(Type<float16>{});
    case DType::bfloat16:
      return f(Type<bfloat16>{});
    default:
      refuse(op, dtype);
  }
}

/// ... or int64.
template <class F>
auto with_number(const char* op, DType dtype, const F& f) {
  if (dtype == DType::int64) return f(Type<int64_t>{});
  return with_floating(op, dtype, f);
}

/// ... or bool.
template <class F>
auto with_any(const char* op, DType dtype, const F& f) {
  if (dtype == DType::boolean) return f(Type<bool>{});
  return with_number(op, dtype, f);
}

/// f(Type<T>) for an unsigned T of the element's size: where only bytes move.
template <class F>
auto with_bytes(DType dtype, const F& f) {
  switch (size_of(dtype)) {
    case 1:
      return f(Type<uint8_t>{});
    case 2:
      return f(Type<uint16_t>{});
    case 4:
      return f(Type<uint32_t>{});
    default:
      return f(Type<uint64_t>{});
  }
}

}  // namespace lemma::kernels::cuda
