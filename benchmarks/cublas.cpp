// The yardstick: NVIDIA's own product, for the benchmark only.
#if LEMMA_BENCH_CUBLAS

#include <cublas_v2.h>

#include "bench.h"
#include "lemma/core/cuda.h"

using namespace lemma;

namespace {

void check(cublasStatus_t status) {
  if (status != CUBLAS_STATUS_SUCCESS) throw Error("cublas", cublasGetStatusString(status));
}

cublasHandle_t handle() {
  static const cublasHandle_t it = [] {
    cublasHandle_t fresh;
    check(cublasCreate(&fresh));
    return fresh;
  }();
  return it;
}

char* bytes_of(const Array& x) {
  return static_cast<char*>(x.storage()->data()) + x.offset() * static_cast<int64_t>(size_of(x.dtype()));
}

}  // namespace

// cuBLAS counts in columns: a row-major C = A B is its C^T = B^T A^T.
void cublas_product(const Array& c, const Array& a, const Array& b, bool tf32) {
  const int n = static_cast<int>(c.shape()[0]);
  const float one = 1, zero = 0;
  const cudaDataType type = c.dtype() == bfloat16 ? CUDA_R_16BF : CUDA_R_32F;
  check(cublasSetStream(handle(), static_cast<cudaStream_t>(cuda::current_stream(c.device()))));
  check(cublasGemmEx(handle(), CUBLAS_OP_N, CUBLAS_OP_N, n, n, n, &one, bytes_of(b), type, n, bytes_of(a), type, n,
                     &zero, bytes_of(c), type, n, tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F,
                     CUBLAS_GEMM_DEFAULT));
}

#endif
