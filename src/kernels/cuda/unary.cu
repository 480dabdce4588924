// y[i] = f(x[i]), with the functors of functors.h.

#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {
namespace {

template <class Op>
Array run(const char* kernel, const Array& x) {
  Array out(x.shape(), x.dtype(), x.device());
  if constexpr (Op::takes == Takes::numbers)
    if (x.dtype() == DType::int64) {
      map<int64_t, int64_t>(kernel, Op{}, out, x);
      return out;
    }
  if (!is_floating(x.dtype()))
    throw DTypeError("unary", std::string("this operation does not take ") + name(x.dtype()), {x.dtype()});
  with_floating("unary", x.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    map<T, T>(kernel, Op{}, out, x);
  });
  return out;
}

}  // namespace

/// Requires: a dtype that the operation takes (functors.h). Ensures: contiguous, the dtype of x.
Array unary(Unary op, const Array& x) {
  switch (op) {
#define LEMMA_CASE(name, ...) \
  case Unary::name:           \
    return run<fn::name>(#name, x);
    LEMMA_FOR_EACH_UNARY(LEMMA_CASE)
#undef LEMMA_CASE
  }
  return {};
}

}  // namespace lemma::kernels::cuda
