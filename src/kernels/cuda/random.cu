// Filling arrays with random numbers: philox.h says what number p is, here as on the CPU, bit for bit.
// Compiled without contraction of a * b + c, which would change bits.

#include "kernels/philox.h"

#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {
namespace {

// A thread takes one block of the stream: four float32 or two float64.
template <bool kNormal>
__global__ void random_float(float* out, int64_t n, uint64_t seed, uint64_t offset) {
  const uint64_t block = offset / 4 + uint64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const philox::Words words = philox::words(seed, block);
  float value[4];
  if constexpr (kNormal) {
    const philox::Pair low = philox::normal(words.w[0], words.w[1]), high = philox::normal(words.w[2], words.w[3]);
    value[0] = low.first, value[1] = low.second, value[2] = high.first, value[3] = high.second;
  } else {
    UNROLL for (int j = 0; j < 4; ++j) value[j] = philox::uniform(words.w[j]);
  }
  UNROLL for (int j = 0; j < 4; ++j) {
    const int64_t i = static_cast<int64_t>(block * 4 + static_cast<uint64_t>(j) - offset);
    if (i >= 0 && i < n) out[i] = value[j];
  }
}

template <bool kNormal>
__global__ void random_double(double* out, int64_t n, uint64_t seed, uint64_t offset) {
  const uint64_t block = offset / 2 + uint64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const philox::Words words = philox::words(seed, block);
  double value[2];
  if constexpr (kNormal) {
    const philox::PairDouble pair = philox::normal(words);
    value[0] = pair.first, value[1] = pair.second;
  } else {
    UNROLL for (int j = 0; j < 2; ++j) value[j] = philox::uniform(words.w[2 * j], words.w[2 * j + 1]);
  }
  UNROLL for (int j = 0; j < 2; ++j) {
    const int64_t i = static_cast<int64_t>(block * 2 + static_cast<uint64_t>(j) - offset);
    if (i >= 0 && i < n) out[i] = value[j];
  }
}

}  // namespace

/// Element i is number offset + i of the stream of `seed`; halves are the float32 numbers, rounded.
void run(const RandomWork& work) {
  const Array& out = work.out;
  const Random kind = work.kind;
  const uint64_t seed = work.seed, offset = work.offset;
  const int64_t n = out.numel();
  const bool normal = kind == Random::Normal;
  if (out.dtype() == DType::float32)
    return launch({"random", blocks_for(n / 4 + 2), kThreads}, normal ? random_float<true> : random_float<false>,
                  out.data<float>(), n, seed, offset);
  if (out.dtype() == DType::float64)
    return launch({"random", blocks_for(n / 2 + 2), kThreads}, normal ? random_double<true> : random_double<false>,
                  out.data<double>(), n, seed, offset);
  if (!is_floating(out.dtype())) refuse("random", out.dtype());
  const Array wide(out.shape(), DType::float32, out.device());
  run(RandomWork{kind, wide, seed, offset});
  copy(out, wide);
}

}  // namespace lemma::kernels::cuda
