// Comparisons (bool results) and selection between two operands.

#include <algorithm>
#include <cstring>

#include "kernels/cuda/convert.h"
#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {
namespace {

template <class Op>
void run(const char* kernel, const CompareWork& work) {
  with_any("compare", (work.a.is_number() ? work.b : work.a).array().dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    map<bool, T, T>(kernel, Op{}, work.out, work.a, work.b);
  });
}

struct Choose {
  template <class T>
  __device__ T operator()(bool condition, T a, T b) const {
    return condition ? a : b;
  }
};
// A number's bits, as an element of the dtype.
template <class Bits>
Given<Bits> bits_of(const Operand& x, DType dtype) {
  if (!x.is_number()) return x;
  Bits bits{};
  with_any("select", dtype, [&](auto type) {
    const auto element = rounded<typename decltype(type)::type>(x.number());
    std::memcpy(&bits, &element, std::min(sizeof(bits), sizeof(element)));
  });
  return Given<Bits>(bits);
}

}  // namespace

void run(const CompareWork& work) {
  switch (work.op) {
#define LEMMA_CASE(name, ...) \
  case Compare::name:         \
    return run<fn::name>(#name, work);
    LEMMA_FOR_EACH_COMPARE(LEMMA_CASE)
#undef LEMMA_CASE
  }
}

/// Only bytes move.
void run(const SelectWork& work) {
  with_bytes(work.out.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    const DType dtype = work.out.dtype();
    map<T, bool, T, T>("select", Choose{}, work.out, work.condition, bits_of<T>(work.a, dtype),
                       bits_of<T>(work.b, dtype));
  });
}

}  // namespace lemma::kernels::cuda
