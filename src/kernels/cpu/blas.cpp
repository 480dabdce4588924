#include "kernels/cpu/blas.h"

#include "core/openblas.h"
#include "kernels/cpu/gemm_wide.h"

namespace lemma::kernels::cpu {
namespace {

CBLAS_TRANSPOSE flag(bool transposed) { return transposed ? CblasTrans : CblasNoTrans; }

// The row or column vector of a product with m or n = 1: how far its elements lie apart.
template <class T>
int step(const Matrix<T>& x, bool along_row) {
  return static_cast<int>(along_row != x.transposed ? 1 : x.ld);
}

void gemv(bool transposed, int64_t rows, int64_t columns, const Matrix<float>& a, const float* x, int incx, float* y,
          int incy) {
  openblas().sgemv(CblasRowMajor, flag(transposed), static_cast<int>(rows), static_cast<int>(columns), 1, a.data,
                   static_cast<int>(a.ld), x, incx, 0, y, incy);
}
void gemv(bool transposed, int64_t rows, int64_t columns, const Matrix<double>& a, const double* x, int incx, double* y,
          int incy) {
  openblas().dgemv(CblasRowMajor, flag(transposed), static_cast<int>(rows), static_cast<int>(columns), 1, a.data,
                   static_cast<int>(a.ld), x, incx, 0, y, incy);
}

/// True where one side is a vector: then it is a product of a matrix and a vector.
template <class T>
bool product_with_vector(int64_t m, int64_t n, int64_t k, const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t ldc) {
  if (n == 1) {  // c = a b, with a stored as (m x k) or (k x m)
    if (a.transposed)
      gemv(true, k, m, a, b.data, step(b, false), c, static_cast<int>(ldc));
    else
      gemv(false, m, k, a, b.data, step(b, false), c, static_cast<int>(ldc));
    return true;
  }
  if (m == 1) {  // c^T = b^T a^T
    if (b.transposed)
      gemv(false, n, k, b, a.data, step(a, true), c, 1);
    else
      gemv(true, k, n, b, a.data, step(a, true), c, 1);
    return true;
  }
  return false;
}

}  // namespace

void prepare_blas() { openblas(); }

void gemm(int64_t m, int64_t n, int64_t k, const Matrix<float>& a, const Matrix<float>& b, float* c, int64_t ldc) {
  if (product_with_vector(m, n, k, a, b, c, ldc)) return;
  if (has_wide_gemm()) return wide_gemm(m, n, k, a, b, c, ldc);
  openblas().sgemm(CblasRowMajor, flag(a.transposed), flag(b.transposed), static_cast<int>(m), static_cast<int>(n),
                   static_cast<int>(k), 1, a.data, static_cast<int>(a.ld), b.data, static_cast<int>(b.ld), 0, c,
                   static_cast<int>(ldc));
}

void gemm(int64_t m, int64_t n, int64_t k, const Matrix<double>& a, const Matrix<double>& b, double* c, int64_t ldc) {
  if (product_with_vector(m, n, k, a, b, c, ldc)) return;
  openblas().dgemm(CblasRowMajor, flag(a.transposed), flag(b.transposed), static_cast<int>(m), static_cast<int>(n),
                   static_cast<int>(k), 1, a.data, static_cast<int>(a.ld), b.data, static_cast<int>(b.ld), 0, c,
                   static_cast<int>(ldc));
}

}  // namespace lemma::kernels::cpu
