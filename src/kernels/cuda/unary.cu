// y[i] = f(x[i]), with the functors of functors.h.

#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {
namespace {

template <class Op>
void run(const char* kernel, const Array& out, const Array& x) {
  if constexpr (Op::takes == Takes::numbers)
    if (x.dtype() == DType::int64) return map<int64_t, int64_t>(kernel, Op{}, out, x);
  with_floating("unary", x.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    map<T, T>(kernel, Op{}, out, x);
  });
}

}  // namespace

void run(const UnaryWork& work) {
  switch (work.op) {
#define LEMMA_CASE(name, ...) \
  case Unary::name:           \
    return run<fn::name>(#name, work.out, work.x);
    LEMMA_FOR_EACH_UNARY(LEMMA_CASE)
#undef LEMMA_CASE
  }
}

}  // namespace lemma::kernels::cuda
