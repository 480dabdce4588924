#pragma once
/// Products of float32 matrices in 512-bit vectors. OpenBLAS picks its kernels by the processor's name and may be older
/// than the processor; these need nothing but AVX-512.

#include <cstdint>

#include "kernels/cpu/blas.h"

namespace lemma::kernels::cpu {

/// A matrix whose elements lie wherever two tables say: (i, j) is data[rows[i] + columns[j]]. From column j on, runs[j]
/// columns lie next to each other.
struct Scattered {
  const float* data;
  const int32_t *rows, *columns, *runs;
};

/// True where this machine has them. Elsewhere products are OpenBLAS's.
bool has_wide_gemm();

/// As gemm() in blas.h. Requires: has_wide_gemm().
void wide_gemm(int64_t m, int64_t n, int64_t k, const Matrix<float>& a, const Matrix<float>& b, float* c, int64_t ldc);
void wide_gemm(int64_t m, int64_t n, int64_t k, const Scattered& a, const Scattered& b, float* c, int64_t ldc);

}  // namespace lemma::kernels::cpu
