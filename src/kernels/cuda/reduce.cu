// Reductions over any dims: what needs no kernel of its own, and which file has the kernel.

#include "kernels/cuda/reduce.h"

#include "kernels/cuda/cuda.h"
#include "lemma/core/error.h"

namespace lemma::kernels::cuda {

/// Requires: dims sorted and in range; no bool; elements to look at where Max or Min has results to give.
/// Ensures: the same bits from run to run. Float32 and half sums are rounded once (accumulate.cuh).
Array reduce(Reduce op, const Array& x, const Dims& dims) {
  if (x.dtype() == DType::boolean) throw DTypeError("reduce", "bool is cast to int64 first", {x.dtype()});
  Shape shape = x.shape();
  for (const int64_t d : dims) shape[static_cast<int>(d)] = 1;
  Array out(shape, x.dtype(), x.device());
  if (out.numel() == 0) return out;
  if (x.numel() == 0) {
    fill(out, op == Reduce::Prod ? 1 : 0);
    return out;
  }
  if (shape == x.shape()) {  // every reduced dim has one element
    if (op == Reduce::SumSquares) return unary(Unary::Square, x);
    copy(out, x);
    return out;
  }
  const bool extreme = op == Reduce::Max || op == Reduce::Min;
  (extreme ? reduce_extremes : reduce_sums)(op, x, out, dims);
  return out;
}

}  // namespace lemma::kernels::cuda
