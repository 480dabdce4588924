#pragma once
/// One product on one thread, by OpenBLAS.

#include <cstdint>

namespace lemma::kernels::cpu {

/// A matrix in memory: element (i, j) is data[i * ld + j], or data[j * ld + i] when transposed.
template <class T>
struct Matrix {
  const T* data;
  int64_t ld;
  bool transposed;
};

/// Call before the parts of a product, which must not throw: throws Error where OpenBLAS is not installed.
void prepare_blas();

/// c (m x n, row-major, row stride ldc) = a (m x k) * b (k x n). m, n, k >= 1 and every ld below 2^31.
void gemm(int64_t m, int64_t n, int64_t k, const Matrix<float>& a, const Matrix<float>& b, float* c, int64_t ldc);
void gemm(int64_t m, int64_t n, int64_t k, const Matrix<double>& a, const Matrix<double>& b, double* c, int64_t ldc);

}  // namespace lemma::kernels::cpu
