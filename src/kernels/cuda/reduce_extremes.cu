// Largest and smallest elements.

#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/reduce.h"

namespace lemma::kernels::cuda {

void reduce_extremes(Reduce op, const Array& x, const Array& out, const Dims& dims) {
  with_number("reduce", x.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    if (op == Reduce::Max) return reduce_by<Rule<Reduce::Max, T>>("max", x, out, dims);
    reduce_by<Rule<Reduce::Min, T>>("min", x, out, dims);
  });
}

}  // namespace lemma::kernels::cuda
