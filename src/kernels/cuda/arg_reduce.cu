// Positions of extremes: a reduction whose accumulator remembers where its element stood.

#include "kernels/cuda/reduce.cuh"

namespace lemma::kernels::cuda {

void run(const ArgReduceWork& work) {
  const ArgReduce op = work.op;
  const Array &out = work.out, &x = work.x;
  const int dim = work.dim;
  with_any("arg_reduce", x.dtype(), [&](auto type) {
    using Element = typename decltype(type)::type;
    using T = std::conditional_t<std::is_same_v<Element, bool>, uint8_t, Element>;
    if (op == ArgReduce::Max) return reduce_by<ArgRule<ArgReduce::Max, T>>("argmax", x, out, dim);
    reduce_by<ArgRule<ArgReduce::Min, T>>("argmin", x, out, dim);
  });
}

}  // namespace lemma::kernels::cuda
