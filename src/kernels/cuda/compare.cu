// Comparisons (bool results) and selection between two operands.

#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {
namespace {

template <class Op>
Array run(const char* kernel, const Array& a, const Array& b) {
  Array out(a.shape(), DType::boolean, a.device());
  with_any("compare", a.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    map<bool, T, T>(kernel, Op{}, out, a, b);
  });
  return out;
}

struct Choose {
  template <class T>
  __device__ T operator()(bool condition, T a, T b) const {
    return condition ? a : b;
  }
};

}  // namespace

/// Requires: equal shapes and dtypes. Ensures: contiguous bool.
Array compare(Compare op, const Array& a, const Array& b) {
  switch (op) {
#define LEMMA_CASE(name, ...) \
  case Compare::name:         \
    return run<fn::name>(#name, a, b);
    LEMMA_FOR_EACH_COMPARE(LEMMA_CASE)
#undef LEMMA_CASE
  }
  return {};
}

/// Requires: equal shapes, a bool condition, equal dtypes of a and b. Ensures: contiguous. Only bytes move.
Array select(const Array& condition, const Array& a, const Array& b) {
  Array out(a.shape(), a.dtype(), a.device());
  with_bytes(a.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    map<T, bool, T, T>("select", Choose{}, out, condition, a, b);
  });
  return out;
}

}  // namespace lemma::kernels::cuda
