#pragma once
/// Tensor cores: D (16 x 8) = A (16 x K) B (K x 8) + C by one warp. Which lane holds which number is fixed by the PTX
/// manual (mma.m16n8k8, mma.m16n8k16); with g = lane / 4 and t = lane % 4:
///   C, D   registers 0, 1: row g,     columns 2t, 2t + 1       registers 2, 3: row g + 8
///   A      K = 8 (tf32): registers 0..3: (g, t) (g + 8, t) (g, t + 4) (g + 8, t + 4)
///          K = 16, two numbers per register: rows as above, columns 2t, 2t + 1, and + 8 in registers 2, 3
///   B      K = 8: (t, g) (t + 4, g)            K = 16: rows 2t, 2t + 1, and + 8, column g

#include "emulator/halves.h"
#include "emulator/scheduler.h"

namespace emulator {

struct MmaArgument {
  float* d;
  const std::uint32_t *a, *b;
  const float* c;
};
inline const MmaArgument& mma_lane(void* const* lanes, int lane) {
  return *static_cast<const MmaArgument*>(lanes[lane]);
}

// at_a(lanes, row, k) and at_b(lanes, k, column) find a number in the registers of the lane that holds it.
template <int K, class AtA, class AtB>
void multiply_fragments(void* const* lanes, AtA at_a, AtB at_b) {
  float a[16][K], b[K][8], d[16][8];
  for (int r = 0; r < 16; ++r)
    for (int k = 0; k < K; ++k) a[r][k] = at_a(lanes, r, k);
  for (int k = 0; k < K; ++k)
    for (int c = 0; c < 8; ++c) b[k][c] = at_b(lanes, k, c);
  const auto holder = [&](int r, int c) -> const MmaArgument& { return mma_lane(lanes, (r % 8) * 4 + c / 2); };
  for (int r = 0; r < 16; ++r)
    for (int c = 0; c < 8; ++c) {
      d[r][c] = holder(r, c).c[(r / 8) * 2 + c % 2];
      for (int k = 0; k < K; ++k) d[r][c] += a[r][k] * b[k][c];
    }
  for (int r = 0; r < 16; ++r)
    for (int c = 0; c < 8; ++c) holder(r, c).d[(r / 8) * 2 + c % 2] = d[r][c];
}

/// d[4] = a[4] b[2] + c[4], 32 bits per register; numbers are tf32.
inline void mma_m16n8k8_tf32(float* d, const std::uint32_t* a, const std::uint32_t* b, const float* c, Loc at = {}) {
  MmaArgument mine{d, a, b, c};
  warp_collective(
      0xffffffffu, Op::mma, &mine,
      [](unsigned, void* const* lanes) {
        multiply_fragments<8>(
            lanes,
            [](void* const* l, int r, int k) {
              return read_tf32(mma_lane(l, (r % 8) * 4 + k % 4).a[r / 8 + 2 * (k / 4)]);
            },
            [](void* const* l, int k, int n) { return read_tf32(mma_lane(l, n * 4 + k % 4).b[k / 4]); });
      },
      at);
}

template <float (*to_float)(std::uint16_t)>
void mma_m16n8k16(float* d, const std::uint32_t* a, const std::uint32_t* b, const float* c, Loc at) {
  MmaArgument mine{d, a, b, c};
  warp_collective(
      0xffffffffu, Op::mma, &mine,
      [](unsigned, void* const* lanes) {
        const auto part = [](std::uint32_t pair, int i) {
          return to_float(static_cast<std::uint16_t>(i ? pair >> 16 : pair & 0xffffu));
        };
        multiply_fragments<16>(
            lanes,
            [&](void* const* l, int r, int k) {
              return part(mma_lane(l, (r % 8) * 4 + k % 8 / 2).a[r / 8 + 2 * (k / 8)], k % 2);
            },
            [&](void* const* l, int k, int n) { return part(mma_lane(l, n * 4 + k % 8 / 2).b[k / 8], k % 2); });
      },
      at);
}
/// d[4] = a[4] b[2] + c[4], two bfloat16 or float16 per register of a and b, the lower column or row in the lower half.
inline void mma_m16n8k16_bf16(float* d, const std::uint32_t* a, const std::uint32_t* b, const float* c, Loc at = {}) {
  mma_m16n8k16<bf16_to_float>(d, a, b, c, at);
}
inline void mma_m16n8k16_f16(float* d, const std::uint32_t* a, const std::uint32_t* b, const float* c, Loc at = {}) {
  mma_m16n8k16<half_to_float>(d, a, b, c, at);
}

}  // namespace emulator
