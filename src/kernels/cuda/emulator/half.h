// __half and __nv_bfloat16 as storage types with float arithmetic (round to nearest even), which is
// what the device operators compute too.  g++ 12 and clang 14 have no usable __bf16.
#pragma once
#include <bit>
#include <cstdint>

namespace emulator {
constexpr std::uint16_t float_to_bf16(float f) {
  std::uint32_t u = std::bit_cast<std::uint32_t>(f);
  if ((u & 0x7fffffff) > 0x7f800000) return 0x7fff;  // NaN, as the hardware writes it
  return static_cast<std::uint16_t>((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}
constexpr float bf16_to_float(std::uint16_t h) { return std::bit_cast<float>(std::uint32_t{h} << 16); }
constexpr std::uint16_t float_to_half(float f) {
  std::uint32_t u = std::bit_cast<std::uint32_t>(f), sign = u >> 16 & 0x8000, x = u & 0x7fffffff;
  if (x > 0x7f800000) return 0x7fff;
  if (x >= 0x477ff000) return static_cast<std::uint16_t>(sign | 0x7c00);           // rounds to infinity
  if (x < 0x38800000) {                                                            // subnormal: let the FPU round
    float r = std::bit_cast<float>(x) + 0.5f;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(r) - 0x3f000000));
  }
  return static_cast<std::uint16_t>(sign | ((x - 0x38000000 + 0xfff + ((x >> 13) & 1)) >> 13));
}
constexpr float half_to_float(std::uint16_t h) {
  std::uint32_t sign = std::uint32_t{h} << 16 & 0x80000000, e = h >> 10 & 31, m = h & 0x3ff;
  if (e == 31) return std::bit_cast<float>(sign | 0x7f800000 | m << 13);
  if (e == 0) return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(static_cast<float>(m) * 0x1p-24f));
  return std::bit_cast<float>(sign | (e + 112) << 23 | m << 13);
}
}  // namespace emulator

#define EMULATOR_FLOAT16(T, PAIR, FROM, TO)                                       \
  struct T {                                                                     \
    std::uint16_t bits;                                                          \
    T() = default;                                                               \
    constexpr T(float f) : bits(emulator::FROM(f)) {}                             \
    constexpr operator float() const { return emulator::TO(bits); }               \
    constexpr T& operator+=(T o) { return *this = T(float(*this) + float(o)); }  \
    constexpr T& operator-=(T o) { return *this = T(float(*this) - float(o)); }  \
    constexpr T& operator*=(T o) { return *this = T(float(*this) * float(o)); }  \
    constexpr T& operator/=(T o) { return *this = T(float(*this) / float(o)); }  \
  };                                                                             \
  constexpr T operator+(T a, T b) { return T(float(a) + float(b)); }             \
  constexpr T operator-(T a, T b) { return T(float(a) - float(b)); }             \
  constexpr T operator*(T a, T b) { return T(float(a) * float(b)); }             \
  constexpr T operator/(T a, T b) { return T(float(a) / float(b)); }             \
  constexpr T operator-(T a) { return T(-float(a)); }                            \
  struct alignas(4) PAIR { T x, y; };
EMULATOR_FLOAT16(__half, __half2, float_to_half, half_to_float)
EMULATOR_FLOAT16(__nv_bfloat16, __nv_bfloat162, float_to_bf16, bf16_to_float)
#undef EMULATOR_FLOAT16
using half = __half;
using half2 = __half2;
inline __half __float2half(float f) { return f; }
inline __half __float2half_rn(float f) { return f; }
inline float __half2float(__half h) { return h; }
inline __nv_bfloat16 __float2bfloat16(float f) { return f; }
inline __nv_bfloat16 __float2bfloat16_rn(float f) { return f; }
inline float __bfloat162float(__nv_bfloat16 h) { return h; }
inline __half2 __floats2half2_rn(float a, float b) { return {a, b}; }
inline __nv_bfloat162 __floats2bfloat162_rn(float a, float b) { return {a, b}; }
inline float2 __half22float2(__half2 h) { return {h.x, h.y}; }
inline float2 __bfloat1622float2(__nv_bfloat162 h) { return {h.x, h.y}; }
