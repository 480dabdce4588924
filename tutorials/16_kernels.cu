// The kernels of tutorial 16: nvcc compiles this file for a GPU, g++ or clang for the emulated device.
#include "16_kernels.h"

#include "kernels/cuda/device.h"
#include "kernels/kernels.h"

namespace lesson {
namespace {

using namespace lemma::kernels::cuda;
using lemma::Device;
using lemma::DType;

constexpr int kBlock = 256;

// Who am I? Everything a thread does differently from its neighbours follows from this number.
__device__ int64_t my_element() { return int64_t{blockIdx.x} * blockDim.x + threadIdx.x; }

__global__ void who_am_i_kernel(int64_t* out, int64_t n) {
  const int64_t i = my_element();
  if (i < n) out[i] = 1000 * int64_t{blockIdx.x} + threadIdx.x;  // the last block has more threads than there is work
}

__global__ void axpy_kernel(float a, const float* x, float* y, int64_t n) {
  const int64_t i = my_element();
  if (i < n) y[i] = a * x[i] + y[i];
}

// Wrong, on purpose: between a thread's load and its store all the others load, too. Without the barrier that happens
// now and then, with it always.
__global__ void race_kernel(int* count) {
  const int before = *count;
  __syncthreads();
  *count = before + 1;
}

__global__ void atomic_kernel(int* count) { atomicAdd(count, 1); }  // load, add and store in one

__global__ void atomic_scatter_kernel(const int64_t* index, const float* value, float* out, int64_t n, bool backwards) {
  const int64_t thread = my_element(), i = backwards ? n - 1 - thread : thread;
  if (thread < n) atomicAdd(&out[index[i]], value[i]);
}

// A tree: 256 numbers become 128 sums of two, 64 of four, ..., 1.
__global__ void block_sums_kernel(const float* x, float* sums, int64_t n) {
  SHARED(float, part, [kBlock]);
  const int thread = static_cast<int>(threadIdx.x);
  const int64_t i = my_element();
  part[thread] = i < n ? x[i] : 0.0f;
  for (int half = kBlock / 2; half > 0; half /= 2) {
    __syncthreads();  // all sums of the last round are there; every thread of the block must reach this line
    if (thread < half) part[thread] += part[thread + half];
  }
  if (thread == 0) sums[blockIdx.x] = part[0];
}

// Block (32, 8): reads along rows of x, writes along rows of y; only the tile is walked across.
__global__ void transpose_kernel(const float* x, float* y, int64_t rows, int64_t cols) {
  SHARED(float, tile, [32][33]);  // 33: the 32 numbers of a column lie in 32 different banks
  const int64_t r0 = int64_t{blockIdx.y} * 32, c0 = int64_t{blockIdx.x} * 32;
  const int tx = static_cast<int>(threadIdx.x), ty = static_cast<int>(threadIdx.y);
  for (int j = ty; j < 32; j += 8)
    if (r0 + j < rows && c0 + tx < cols) tile[j][tx] = x[(r0 + j) * cols + c0 + tx];
  __syncthreads();
  for (int j = ty; j < 32; j += 8)
    if (c0 + j < cols && r0 + tx < rows) y[(c0 + j) * rows + r0 + tx] = tile[tx][j];
}

unsigned blocks_for(int64_t n) { return static_cast<unsigned>(ceil_div(n, kBlock)); }

Array zeros(const lemma::Shape& shape, DType dtype) {
  const Array out(shape, dtype, Device::cuda());
  lemma::kernels::fill(out, 0);
  return out;
}

}  // namespace

Array who_am_i(int64_t n) {
  const Array out = zeros({n}, DType::int64);
  launch({"who_am_i", blocks_for(n), kBlock}, who_am_i_kernel, out.data<int64_t>(), n);
  return out;
}

void axpy(float a, const Array& x, const Array& y) {
  launch({"axpy", blocks_for(x.numel()), kBlock}, axpy_kernel, a, static_cast<const float*>(x.data<float>()),
         y.data<float>(), x.numel());
}

namespace {
// Counts in the lower half of an int64 that was 0.
Array counted(void (*kernel)(int*)) {
  const Array count = zeros({1}, DType::int64);
  launch({"count", 1, kBlock}, kernel, reinterpret_cast<int*>(count.data<int64_t>()));
  return count;
}
}  // namespace

Array count_with_a_race() { return counted(race_kernel); }
Array count_with_atomics() { return counted(atomic_kernel); }

Array atomic_scatter_add(const Array& index, const Array& value, int64_t size, bool backwards) {
  const Array out = zeros({size}, DType::float32);
  launch({"atomic_scatter_add", blocks_for(index.numel()), kBlock}, atomic_scatter_kernel,
         static_cast<const int64_t*>(index.data<int64_t>()), static_cast<const float*>(value.data<float>()),
         out.data<float>(), index.numel(), backwards);
  return out;
}

Array block_sums(const Array& x) {
  const Array sums = zeros({ceil_div(x.numel(), kBlock)}, DType::float32);
  launch({"block_sums", blocks_for(x.numel()), kBlock}, block_sums_kernel, static_cast<const float*>(x.data<float>()),
         sums.data<float>(), x.numel());
  return sums;
}

Array transpose(const Array& x) {
  const int64_t rows = x.shape()[0], cols = x.shape()[1];
  const Array y = zeros({cols, rows}, DType::float32);
  launch({"transpose", dim3(static_cast<unsigned>(ceil_div(cols, 32)), static_cast<unsigned>(ceil_div(rows, 32))),
          dim3(32, 8)},
         transpose_kernel, static_cast<const float*>(x.data<float>()), y.data<float>(), rows, cols);
  return y;
}

}  // namespace lesson
