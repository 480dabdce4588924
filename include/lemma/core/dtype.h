#pragma once
/// Element types: float32 (default), float64, int64, bool; float16 and bfloat16 for mixed precision.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <type_traits>

#include "lemma/core/half.h"

namespace lemma {

enum class DType : uint8_t { float32, float64, int64, boolean, float16, bfloat16 };

inline constexpr DType float32 = DType::float32;
inline constexpr DType float64 = DType::float64;
inline constexpr DType int64 = DType::int64;
inline constexpr DType boolean = DType::boolean;
inline constexpr DType float16 = DType::float16;
inline constexpr DType bfloat16 = DType::bfloat16;

/// float16 or bfloat16: two bytes, computed with in float32.
constexpr bool is_half(DType dtype) { return dtype == DType::float16 || dtype == DType::bfloat16; }

/// Bytes of one element.
constexpr size_t size_of(DType dtype) {
  return dtype == DType::float32 ? 4 : dtype == DType::boolean ? 1 : is_half(dtype) ? 2 : 8;
}

constexpr bool is_floating(DType dtype) { return dtype == DType::float32 || dtype == DType::float64 || is_half(dtype); }

/// "float32", "float64", "int64", "bool", "float16", "bfloat16": PyTorch's names.
constexpr const char* name(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return "float32";
    case DType::float64:
      return "float64";
    case DType::int64:
      return "int64";
    case DType::boolean:
      return "bool";
    case DType::float16:
      return "float16";
    case DType::bfloat16:
      return "bfloat16";
  }
  return "?";
}

std::ostream& operator<<(std::ostream& out, DType dtype);  ///< its name

/// The DType of a C++ element type: dtype_of<float>() is float32, dtype_of<Half>() float16, dtype_of<BFloat16>()
/// bfloat16.
template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>)
    return DType::float32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::float64;
  else if constexpr (std::is_same_v<T, bool>)
    return DType::boolean;
  else if constexpr (std::is_same_v<T, Half>)
    return DType::float16;
  else if constexpr (std::is_same_v<T, BFloat16>)
    return DType::bfloat16;
  else {
    static_assert(std::is_same_v<T, int64_t>, "elements are float, double, int64_t, bool, Half or BFloat16");
    return DType::int64;
  }
}

}  // namespace lemma
