// y[i] = f(a[i], b[i]), fresh or in place, with the functors of functors.h.

#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {
namespace {

template <class Op>
void run(const char* kernel, const Array& out, const Array& a, const Array& b) {
  if constexpr (Op::takes == Takes::numbers)
    if (a.dtype() == DType::int64) return map<int64_t, int64_t, int64_t>(kernel, Op{}, out, a, b);
  if (!is_floating(a.dtype()))
    throw DTypeError("binary", std::string("this operation does not take ") + name(a.dtype()), {a.dtype()});
  with_floating("binary", a.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    map<T, T, T>(kernel, Op{}, out, a, b);
  });
}

void run(Binary op, const Array& out, const Array& a, const Array& b) {
  switch (op) {
#define LEMMA_CASE(name, ...) \
  case Binary::name:          \
    return run<fn::name>(#name, out, a, b);
    LEMMA_FOR_EACH_BINARY(LEMMA_CASE)
#undef LEMMA_CASE
  }
}

}  // namespace

/// Requires: equal shapes and dtypes, of those that the operation takes (functors.h). Ensures: contiguous.
Array binary(Binary op, const Array& a, const Array& b) {
  Array out(a.shape(), a.dtype(), a.device());
  run(op, out, a, b);
  return out;
}

/// Requires: no two elements of `a` share memory. b may overlap a: it is then read before a is written.
void binary_inplace(Binary op, const Array& a, const Array& b) {
  const bool separate = a.storage() != b.storage() || (a.offset() == b.offset() && a.strides() == b.strides());
  if (separate) return run(op, a, a, b);
  kernels::copy(a, binary(op, a, b));
}

}  // namespace lemma::kernels::cuda
