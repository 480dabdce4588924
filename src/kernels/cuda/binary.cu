// y[i] = f(a[i], b[i]), fresh or in place, with the functors of functors.h. A number is part of the kernel's functor.

#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {
namespace {

template <class Op, class N>
struct WithFirst {
  N a;
  __device__ N operator()(N b) const { return static_cast<N>(Op{}(a, b)); }
};
template <class Op, class N>
struct WithSecond {
  N b;
  __device__ N operator()(N a) const { return static_cast<N>(Op{}(a, b)); }
};

template <class Op, class T>
void run_typed(const char* kernel, const BinaryWork& work) {
  using N = Wide<T>;
  if (work.a.is_number())
    map<T, T>(kernel, WithFirst<Op, N>{static_cast<N>(work.a.number())}, work.out, work.b.array());
  else if (work.b.is_number())
    map<T, T>(kernel, WithSecond<Op, N>{static_cast<N>(work.b.number())}, work.out, work.a.array());
  else
    map<T, T, T>(kernel, Op{}, work.out, work.a.array(), work.b.array());
}

template <class Op>
void run(const char* kernel, const BinaryWork& work) {
  if constexpr (Op::takes == Takes::numbers)
    if (work.out.dtype() == DType::int64) return run_typed<Op, int64_t>(kernel, work);
  with_floating("binary", work.out.dtype(),
                [&](auto type) { run_typed<Op, typename decltype(type)::type>(kernel, work); });
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
