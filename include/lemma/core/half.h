#pragma once
/// The two-byte floating-point numbers: Half (float16: 1 sign, 5 exponent, 10 fraction bits) and BFloat16 (bfloat16: 1,
/// 8, 7; the upper half of a float). They are for storage only: a kernel computes in float and rounds once, to
/// nearest, ties to even. The dtypes are lemma::float16 and lemma::bfloat16; inside lemma::kernels these two names are
/// the element types.

#include <cstdint>

#if defined(__CUDACC__)
#define LEMMA_HD __host__ __device__
#else
#define LEMMA_HD
#endif

namespace lemma {
namespace detail {

LEMMA_HD constexpr uint32_t bits_of(float x) { return __builtin_bit_cast(uint32_t, x); }
LEMMA_HD constexpr float float_of(uint32_t bits) { return __builtin_bit_cast(float, bits); }

/// The 16 bits of float16, in plain arithmetic: vectors on the CPU, and the reference for the GPU's own instruction.
LEMMA_HD constexpr uint16_t half_bits(float x) {
  const uint32_t sign = (bits_of(x) >> 16) & 0x8000u, u = bits_of(x) & 0x7fffffffu;
  // Normal: move the exponent's bias, round at bit 13; a carry runs into the exponent, 65520 and more into infinity.
  const uint32_t normal = (u - (112u << 23) + 0xfffu + ((u >> 13) & 1u)) >> 13;
  // Below 2^-14: adding 0.5 leaves a multiple of 2^-24, rounded by the addition, in the lowest bits.
  const uint32_t subnormal = bits_of(float_of(u) + 0.5f) - bits_of(0.5f);
  // Infinity, too large, or NaN: a NaN stays one, quiet, with the upper bits of its payload.
  const uint32_t special = u > 0x7f800000u ? 0x7e00u | ((u >> 13) & 0x3ffu) : 0x7c00u;
  return static_cast<uint16_t>(sign | (u < (113u << 23) ? subnormal : u >= (143u << 23) ? special : normal));
}
LEMMA_HD constexpr float half_value(uint16_t bits) {
  const uint32_t sign = (bits & 0x8000u) << 16, magnitude = (bits & 0x7fffu) << 13, exponent = magnitude & 0x0f800000u;
  const uint32_t normal = magnitude + (112u << 23), special = magnitude + (224u << 23);  // exponent 31 becomes 255
  const uint32_t subnormal = bits_of(float_of(magnitude + (113u << 23)) - float_of(113u << 23));
  return float_of(sign | (exponent == 0 ? subnormal : exponent == 0x0f800000u ? special : normal));
}
LEMMA_HD constexpr uint16_t bfloat16_bits(float x) {
  const uint32_t u = bits_of(x);
  if ((u & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>((u >> 16) | 0x40u);  // quiet NaN
  return static_cast<uint16_t>((u + 0x7fffu + ((u >> 16) & 1u)) >> 16);
}

}  // namespace detail

struct Half {
  uint16_t bits;

  Half() = default;
  LEMMA_HD constexpr explicit Half(float x) : bits(rounded(x)) {}
  LEMMA_HD constexpr explicit operator float() const { return value(bits); }
  /// The number with this bit pattern, unchanged.
  LEMMA_HD static constexpr Half from_bits(uint16_t bits) {
    Half half(0.0f);
    half.bits = bits;
    return half;
  }

 private:
  LEMMA_HD static constexpr uint16_t rounded(float x) {
#if defined(__CUDA_ARCH__)
    uint16_t bits;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(x));
    return bits;
#else
    return detail::half_bits(x);
#endif
  }
  LEMMA_HD static constexpr float value(uint16_t bits) {
#if defined(__CUDA_ARCH__)
    float x;
    asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(bits));
    return x;
#else
    return detail::half_value(bits);
#endif
  }
};

struct BFloat16 {
  uint16_t bits;

  BFloat16() = default;
  LEMMA_HD constexpr explicit BFloat16(float x) : bits(detail::bfloat16_bits(x)) {}
  LEMMA_HD constexpr explicit operator float() const { return detail::float_of(static_cast<uint32_t>(bits) << 16); }
  /// The number with this bit pattern, unchanged.
  LEMMA_HD static constexpr BFloat16 from_bits(uint16_t bits) {
    BFloat16 half(0.0f);
    half.bits = bits;
    return half;
  }
};

namespace kernels {
using float16 = Half;
using bfloat16 = BFloat16;
}  // namespace kernels

}  // namespace lemma
