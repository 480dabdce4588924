// Sums, sums of squares and products.

#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/reduce.h"

namespace lemma::kernels::cuda {

void reduce_sums(Reduce op, const Array& x, const Array& out, const Dims& dims) {
  with_number("reduce", x.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    if (op == Reduce::Sum) return reduce_by<Rule<Reduce::Sum, T>>("sum", x, out, dims);
    if (op == Reduce::SumSquares) return reduce_by<Rule<Reduce::SumSquares, T>>("sum of squares", x, out, dims);
    reduce_by<Rule<Reduce::Prod, T>>("prod", x, out, dims);
  });
}

}  // namespace lemma::kernels::cuda
