// Reductions over any dims: which file has the kernel.

#include "kernels/cuda/reduce.h"

#include "kernels/cuda/cuda.h"

namespace lemma::kernels::cuda {

/// The same bits from run to run. Float32 and half sums are rounded once (accumulate.cuh).
void run(const ReduceWork& work) {
  const bool extreme = work.op == Reduce::Max || work.op == Reduce::Min;
  (extreme ? reduce_extremes : reduce_sums)(work.op, work.x, work.out, work.dims);
}

}  // namespace lemma::kernels::cuda
