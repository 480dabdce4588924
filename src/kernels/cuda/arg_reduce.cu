// Positions of extremes: a reduction whose accumulator remembers where its element stood.

#include "kernels/cuda/reduce.cuh"

namespace lemma::kernels::cuda {

/// Requires: at least one element along dim. Ensures: int64, dim has size 1; the first of equals; a NaN wins over all
/// numbers.
Array arg_reduce(ArgReduce op, const Array& x, int dim) {
  Shape shape = x.shape();
  shape[dim] = 1;
  const Array out(shape, DType::int64, x.device());
  if (out.numel() == 0) return out;
  with_any("arg_reduce", x.dtype(), [&](auto type) {
    using Element = typename decltype(type)::type;
    using T = std::conditional_t<std::is_same_v<Element, bool>, uint8_t, Element>;
    if (op == ArgReduce::Max) return reduce_by<ArgRule<ArgReduce::Max, T>>("argmax", x, out, dim);
    reduce_by<ArgRule<ArgReduce::Min, T>>("argmin", x, out, dim);
  });
  return out;
}

}  // namespace lemma::kernels::cuda
