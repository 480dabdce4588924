// The product: the best rung of the ladder for the dtype and the shape.

#include "kernels/cuda/dtype.h"
#include "kernels/cuda/matmul/ladder.h"
#include "kernels/shared_batch.h"
#include "lemma/core/matmul_precision.h"

namespace lemma::kernels::cuda {
namespace {

const Rung& best(const Array& a, const Array& b) {
  static const Rung &tiled = rung("tiled"), &blocked = rung("blocked"), &tensor = rung("tensor"), &tf32 = rung("tf32");
  const int64_t m = a.shape()[a.rank() - 2], n = b.shape()[b.rank() - 1], k = a.shape()[a.rank() - 1];
  if (m <= 16 && n <= 16 && k <= 256) return tiled;  // a larger tile would be mostly edge
  if (is_half(a.dtype())) return tensor;
  if (a.dtype() == DType::float32 && get_float32_matmul_precision() == "high" && m > 16 && n > 16 && k > 16)
    return tf32;
  return blocked;
}

}  // namespace

void run(const MatmulWork& work) {
  const auto& [out, a, b] = work;
  if (a.rank() > 2 && batch_is_shared(b)) {
    // A shared right side: the batches of the left are just more rows.
    const int rank = b.rank();
    if (const Array rows = stacked_rows(a); rows.defined()) {
      const Array once = b.view({b.shape()[rank - 2], b.shape()[rank - 1]},
                                {b.strides()[rank - 2], b.strides()[rank - 1]}, b.offset());
      const int64_t n = b.shape()[rank - 1];
      return best(rows, once).multiply(out.view({rows.shape()[0], n}, {n, 1}, out.offset()), rows, once);
    }
  }
  best(a, b).multiply(out, a, b);
}

}  // namespace lemma::kernels::cuda
