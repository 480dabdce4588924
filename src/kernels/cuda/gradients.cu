// What clipping and unscaling need from many gradients at once: the sum of all squares, and a common factor.

#include "kernels/cuda/accumulate.cuh"
#include "kernels/cuda/many.cuh"
#include "kernels/cuda/reduce.h"

namespace lemma::kernels::cuda {
namespace {

template <class T>
struct Squares {
  SumOf<T> sum{};
  __device__ static bool reads(int) { return true; }
  __device__ static bool writes(int) { return false; }
  __device__ void operator()(T (&x)[1]) { sum = add_square(sum, widened(x[0])); }
};

// partial[block]: the sum of a block's squares.
template <class T>
__global__ void sum_squares_many(const __grid_constant__ Many<T, 1> many, double* partial) {
  using R = Rule<Reduce::Sum, double>;
  SHARED(double, part, [kThreads / 32]);
  Squares<T> squares;
  for_each_of_many(many, squares);
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  double sum = fold_lanes<R>(wide_value_of(squares.sum), 32);
  if (lane == 0) part[warp] = sum;
  __syncthreads();
  sum = fold_lanes<R>(part[lane % (kThreads / 32)], kThreads / 32);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

// x = {out, in}
template <class T>
struct Scale {
  Wide<T> factor;
  __device__ static bool reads(int k) { return k == 1; }
  __device__ static bool writes(int k) { return k == 0; }
  __device__ void operator()(T (&x)[2]) const { x[0] = static_cast<T>(widened(x[1]) * factor); }
};

}  // namespace

/// The host waits for the one number.
void run(const SumSquaresWork& work) {
  const std::span<const Array> arrays = work.arrays;
  work.sum = 0;
  int64_t blocks = 0, at = 0;
  for (const Array& x : arrays) blocks += ceil_div(x.numel(), kManyPiece);
  if (blocks == 0) return;
  const Array partial(Shape(blocks), DType::float64, arrays[0].device());
  for_each_floating([&](auto type) {
    using T = typename decltype(type)::type;
    std::vector<OfMany<T, 1>> tensors;
    for (const Array& x : arrays)
      if (x.dtype() == dtype_of<T>() && x.numel() > 0) tensors.push_back({{x.data<T>()}, x.numel()});
    in_batches(tensors, [&](const Many<T, 1>& many, unsigned count) {
      launch({"sum of squares", count, kThreads}, sum_squares_many<T>, many, partial.data<double>() + at);
      at += count;
    });
  });
  const Array whole(Shape(1), DType::float64, arrays[0].device());
  reduce_sums(Reduce::Sum, partial, whole, 0);
  lemma::cuda::to_host(&work.sum, whole.data<double>(), sizeof(work.sum));
}

void run(const ScaleWork& work) {
  const std::span<const Array> out = work.out, in = work.in;
  const double factor = work.factor;
  for_each_floating([&](auto type) {
    using T = typename decltype(type)::type;
    std::vector<OfMany<T, 2>> tensors;
    for (size_t i = 0; i < out.size(); ++i)
      if (out[i].dtype() == dtype_of<T>() && out[i].numel() > 0)
        tensors.push_back({{out[i].data<T>(), in[i].data<T>()}, out[i].numel()});
    in_batches(tensors, [&](const Many<T, 2>& many, unsigned blocks) {
      launch({"scale", blocks, kThreads}, update_many<T, 2, Scale<T>>, many, Scale<T>{static_cast<Wide<T>>(factor)});
    });
  });
}

}  // namespace lemma::kernels::cuda
