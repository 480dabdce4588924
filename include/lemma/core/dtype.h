#pragma once
/// Element types: float32 (default), float64, int64, bool.

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

namespace lemma {

enum class DType : uint8_t { float32, float64, int64, boolean };

inline constexpr DType float32 = DType::float32;
inline constexpr DType float64 = DType::float64;
inline constexpr DType int64 = DType::int64;
inline constexpr DType boolean = DType::boolean;

/// Bytes of one element.
constexpr size_t size_of(DType dtype) { return dtype == DType::float32 ? 4 : dtype == DType::boolean ? 1 : 8; }

constexpr bool is_floating(DType dtype) { return dtype == DType::float32 || dtype == DType::float64; }

/// "float32", "float64", "int64", "bool": PyTorch's names.
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
  }
  return "?";
}

/// The DType of a C++ element type: dtype_of<float>() is float32.
template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>)
    return DType::float32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::float64;
  else if constexpr (std::is_same_v<T, bool>)
    return DType::boolean;
  else {
    static_assert(std::is_same_v<T, int64_t>, "elements are float, double, int64_t or bool");
    return DType::int64;
  }
}

}  // namespace lemma
