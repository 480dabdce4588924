#pragma once
/// The 16 bits of float16 and bfloat16 as float, for the tensor cores.

#include <bit>
#include <cstdint>

namespace emulator {

constexpr float bf16_to_float(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

constexpr float half_to_float(std::uint16_t bits) {
  const std::uint32_t sign = (std::uint32_t{bits} & 0x8000u) << 16, exponent = bits >> 10 & 31u,
                      fraction = bits & 0x3ffu;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | fraction << 13);  // infinity or NaN
  if (exponent == 0)
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(static_cast<float>(fraction) * 0x1p-24f));
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}

/// What the tensor cores read of a float: 19 bits.
constexpr float read_tf32(std::uint32_t bits) { return std::bit_cast<float>(bits & 0xffffe000u); }
/// cvt.rna.tf32.f32: rounded to 10 fraction bits, ties away from zero.
constexpr std::uint32_t to_tf32(float f) {
  const auto bits = std::bit_cast<std::uint32_t>(f);
  return (bits & 0x7f800000u) == 0x7f800000u ? bits : (bits + 0x1000u) & 0xffffe000u;
}

}  // namespace emulator
