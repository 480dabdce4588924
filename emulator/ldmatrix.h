#pragma once
/// ldmatrix: a warp reads 8 x 8 matrices of 16-bit numbers from shared memory into the layout that mma wants.

#include <cstdint>

#include "emulator/scheduler.h"

namespace emulator {

template <int kCount>
struct LoadArgument {
  const std::uint16_t* row;
  std::uint32_t result[kCount];
};

/// Lane i gives the address of row i % 8 of matrix i / 8 (16 bytes, aligned), and receives of each matrix row lane / 4,
/// columns 2 (lane % 4) and the next; with kTranspose, of its transpose.
template <int kCount, bool kTranspose>
void ldmatrix(std::uint32_t* r, const void* row, Loc at) {
  static_assert(kCount == 1 || kCount == 2 || kCount == 4);
  if (lane_id() < 8 * kCount && reinterpret_cast<std::uintptr_t>(row) % 16) trap("ldmatrix: misaligned address", at);
  LoadArgument<kCount> mine{static_cast<const std::uint16_t*>(row), {}};
  warp_collective(
      0xffffffffu, Op::ldmatrix, &mine,
      [](unsigned, void* const* lanes) {
        const auto number = [&](int matrix, int i, int j) {
          return static_cast<LoadArgument<kCount>*>(lanes[8 * matrix + i])->row[j];
        };
        for (int lane = 0; lane < 32; ++lane)
          for (int m = 0; m < kCount; ++m) {
            const int i = lane / 4, j = lane % 4 * 2;
            const std::uint32_t low = kTranspose ? number(m, j, i) : number(m, i, j);
            const std::uint32_t high = kTranspose ? number(m, j + 1, i) : number(m, i, j + 1);
            static_cast<LoadArgument<kCount>*>(lanes[lane])->result[m] = low | high << 16;
          }
      },
      at);
  for (int m = 0; m < kCount; ++m) r[m] = mine.result[m];
}
template <bool kTranspose = false>
void ldmatrix_x1(std::uint32_t (&r)[1], const void* row, Loc at = {}) {
  ldmatrix<1, kTranspose>(r, row, at);
}
template <bool kTranspose = false>
void ldmatrix_x2(std::uint32_t (&r)[2], const void* row, Loc at = {}) {
  ldmatrix<2, kTranspose>(r, row, at);
}
template <bool kTranspose = false>
void ldmatrix_x4(std::uint32_t (&r)[4], const void* row, Loc at = {}) {
  ldmatrix<4, kTranspose>(r, row, at);
}

}  // namespace emulator
