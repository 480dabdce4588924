// Comparisons (bool results) and selection between two operands. A number is part of the kernel's functor.

#include <algorithm>
#include <cstring>

#include "kernels/cuda/convert.h"
#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {
namespace {

template <class Op, class N>
struct WithFirst {
  N a;
  __device__ bool operator()(N b) const { return Op{}(a, b); }
};
template <class Op, class N>
struct WithSecond {
  N b;
  __device__ bool operator()(N a) const { return Op{}(a, b); }
};

template <class Op>
void run(const char* kernel, const CompareWork& work) {
  const Array& x = work.a.is_number() ? work.b.array() : work.a.array();
  with_any("compare", x.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    using N = Wide<T>;
    if (work.a.is_number())
      map<bool, T>(kernel, WithFirst<Op, N>{rounded<N>(work.a.number())}, work.out, x);
    else if (work.b.is_number())
      map<bool, T>(kernel, WithSecond<Op, N>{rounded<N>(work.b.number())}, work.out, x);
    else
      map<bool, T, T>(kernel, Op{}, work.out, x, work.b.array());
  });
}

struct Choose {
  template <class T>
  __device__ T operator()(bool condition, T a, T b) const {
    return condition ? a : b;
  }
};
template <class T>
struct FirstOr {
  T b;
  __device__ T operator()(bool condition, T a) const { return condition ? a : b; }
};
template <class T>
struct SecondOr {
  T a;
  __device__ T operator()(bool condition, T b) const { return condition ? a : b; }
};

// The bits of a number as an element of the dtype.
template <class Bits>
Bits bits_of(double number, DType dtype) {
  Bits bits{};
  with_any("select", dtype, [&](auto type) {
    const auto element = rounded<typename decltype(type)::type>(number);
    std::memcpy(&bits, &element, std::min(sizeof(bits), sizeof(element)));
  });
  return bits;
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
    if (work.a.is_number())
      map<T, bool, T>("select", SecondOr<T>{bits_of<T>(work.a.number(), work.out.dtype())}, work.out, work.condition,
                      work.b.array());
    else if (work.b.is_number())
      map<T, bool, T>("select", FirstOr<T>{bits_of<T>(work.b.number(), work.out.dtype())}, work.out, work.condition,
                      work.a.array());
    else
      map<T, bool, T, T>("select", Choose{}, work.out, work.condition, work.a.array(), work.b.array());
  });
}

}  // namespace lemma::kernels::cuda
