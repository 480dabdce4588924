// Writing numbers that depend on the position alone. Compiled without contraction of a * b + c, as on the CPU.

#include "kernels/cuda/convert.h"
#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {
namespace {

template <class T>
struct Constant {
  T value;
  __device__ T operator()() const { return value; }
};

// Compute is float64, or uint64 where the steps are whole: i * step may be beyond int64, the sum is not. Each element
// is rounded once, so errors do not add up.
template <class T, class Compute>
__global__ void arange_kernel(T* out, int64_t n, Compute start, Compute step) {
  const int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < n) out[i] = Convert<T>{}(start + static_cast<Compute>(i) * step);
}

}  // namespace

void run(const FillWork& work) {
  const Array& out = work.out;
  const Number value = work.value;
  with_any("fill", out.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    map<T>("fill", Constant<T>{rounded<T>(value)}, out);
  });
}

void run(const ArangeWork& work) {
  const Array& out = work.out;
  const Number start = work.start, step = work.step;
  const int64_t n = out.numel();
  if (out.dtype() == DType::int64 && step.is_whole() && start.is_whole())
    return launch({"arange", blocks_for(n), kThreads}, arange_kernel<int64_t, uint64_t>, out.data<int64_t>(), n,
                  static_cast<uint64_t>(start.to<int64_t>()), static_cast<uint64_t>(step.to<int64_t>()));
  with_number("arange", out.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    launch({"arange", blocks_for(n), kThreads}, arange_kernel<T, double>, out.data<T>(), n, start.to<double>(),
           step.to<double>());
  });
}

}  // namespace lemma::kernels::cuda
