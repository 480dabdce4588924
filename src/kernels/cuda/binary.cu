// y[i] = f(a[i], b[i]), fresh or in place, with the functors of functors.h.

#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {
namespace {

template <class Op>
void run(const char* kernel, const BinaryWork& work) {
  if constexpr (Op::takes == Takes::numbers)
    if (work.out.dtype() == DType::int64) return map<int64_t, int64_t, int64_t>(kernel, Op{}, work.out, work.a, work.b);
  with_floating("binary", work.out.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    map<T, T, T>(kernel, Op{}, work.out, work.a, work.b);
  });
}

}  // namespace

void run(const BinaryWork& work) {
  switch (work.op) {
#define LEMMA_CASE(name, ...) \
  case Binary::name:          \
    return run<fn::name>(#name, work);
    LEMMA_FOR_EACH_BINARY(LEMMA_CASE)
#undef LEMMA_CASE
  }
}

}  // namespace lemma::kernels::cuda
