// Softmax of each row of a matrix, y = exp(x - max) / sum of exp(x - max): one block per row. Written to be stepped
// through: docs/debugging_kernels.md does so.

#include <cmath>
#include <cstdio>
#include <vector>

#include "kernels/cuda/device.h"

namespace {

constexpr int kThreads = 128, kWarps = kThreads / 32;

// x, y: (gridDim.x, columns)
__global__ void softmax(const float* x, float* y, int columns) {
  SHARED(float, part, [kWarps]);
  const int thread = static_cast<int>(threadIdx.x), lane = thread % 32, warp = thread / 32;
  x += static_cast<size_t>(blockIdx.x) * columns;
  y += static_cast<size_t>(blockIdx.x) * columns;

  // The row's maximum: of each thread's own columns, of the warp's 32 lanes by shuffles, of the warps by shared memory.
  float most = -INFINITY;
  for (int c = thread; c < columns; c += kThreads) most = fmaxf(most, x[c]);
  for (int step = 16; step > 0; step /= 2) most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, step));
  if (lane == 0) part[warp] = most;
  __syncthreads();
  for (int w = 0; w < kWarps; ++w) most = fmaxf(most, part[w]);
  __syncthreads();  // every thread has read `part`; it may be written again

  // The row's sum, the same way.
  float sum = 0;
  for (int c = thread; c < columns; c += kThreads) sum += expf(x[c] - most);
  for (int step = 16; step > 0; step /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, step);
  if (lane == 0) part[warp] = sum;
  __syncthreads();
  sum = 0;
  for (int w = 0; w < kWarps; ++w) sum += part[w];
  for (int c = thread; c < columns; c += kThreads) y[c] = expf(x[c] - most) / sum;
}

}  // namespace

int main() {
  constexpr int rows = 3, columns = 200;
  constexpr size_t bytes = sizeof(float) * rows * columns;
  std::vector<float> x(rows * columns), y(rows * columns);
  for (int i = 0; i < rows * columns; ++i) x[static_cast<size_t>(i)] = static_cast<float>(i * 7919 % 1009) * 0.01f;

  lemma::cuda::use(lemma::Device::cuda());
  float *on_device = nullptr, *result = nullptr;
  lemma::cuda::check(cudaMalloc(&on_device, bytes), "taking memory");
  lemma::cuda::check(cudaMalloc(&result, bytes), "taking memory");
  lemma::cuda::to_device(on_device, x.data(), bytes);
  lemma::kernels::cuda::launch({"softmax", rows, kThreads}, softmax, on_device, result, columns);
  lemma::cuda::to_host(y.data(), result, bytes);
  cudaFree(on_device);
  cudaFree(result);

  // The same in float64 on the host.
  double worst = 0;
  for (size_t row = 0; row < rows; ++row) {
    double most = -INFINITY, sum = 0;
    for (size_t c = 0; c < columns; ++c) most = std::fmax(most, x[row * columns + c]);
    for (size_t c = 0; c < columns; ++c) sum += std::exp(x[row * columns + c] - most);
    for (size_t c = 0; c < columns; ++c)
      worst = std::fmax(worst, std::fabs(y[row * columns + c] - std::exp(x[row * columns + c] - most) / sum));
  }
  std::printf("3 rows of 200: %s\n", worst < 1e-6 ? "equal to the host's to 1e-6" : "WRONG");
  return worst < 1e-6 ? 0 : 1;
}
