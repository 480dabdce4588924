// The rungs of the matrix product on a CUDA device, and cuBLAS.

#include "kernels/cuda/matmul/ladder.h"

#include "bench.h"
#include "lemma/core/cuda.h"

using namespace lemma;
using kernels::cuda::ladder;
using kernels::cuda::multiply_with;
using kernels::cuda::Rung;

void ladder_cases(const Bench& bench) {
  for (const int64_t n :
       cuda::is_emulated() ? std::vector<int64_t>{256} : std::vector<int64_t>{1024, 2048, 4096, 8192}) {
    const std::string size = std::to_string(n);
    const Tensor x = randn({n, n}, bench.options()), y = randn({n, n}, bench.options());
    const Array a = x.array(), b = y.array(), half_a = x.to(bfloat16).array(), half_b = y.to(bfloat16).array();
    for (const Rung& rung : ladder()) {
      const bool slow = rung.name == std::string("naive") || rung.name == std::string("coalesced");
      if (slow && n > 4096) continue;
      const bool whole = rung.takes(float32);
      bench.run("ladder_" + std::string(rung.name) + "_" + size,
                [&] { multiply_with(rung, whole ? a : half_a, whole ? b : half_b); });
    }
#if LEMMA_BENCH_CUBLAS
    const Array c({n, n}, float32, bench.device), half_c({n, n}, bfloat16, bench.device);
    bench.run("cublas_" + size, [&] { cublas_product(c, a, b, false); });
    bench.run("cublas_tf32_" + size, [&] { cublas_product(c, a, b, true); });
    bench.run("cublas_bfloat16_" + size, [&] { cublas_product(half_c, half_a, half_b, false); });
#endif
  }
}
