// Kernels that read or write where they should not, or read what nobody wrote.

#include <cmath>

#include "tests/emulator/bugs/bug.h"

using emulator::launch;

namespace {

template <bool mended>
__global__ void overrun_global(float* p, unsigned n) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (mended ? i < n : i <= n) p[i] = 1;
}

template <bool mended>
__global__ void underrun_global(const float* p, float* out) {
  const long i = static_cast<long>(threadIdx.x) - (mended ? 0 : 1);
  out[threadIdx.x] = p[i];
}

template <bool mended>
__global__ void overrun_shared(float* out) {
  EMULATOR_SHARED(float, s, [32]);
  s[threadIdx.x + (mended ? 0 : 1)] = 1;
  __syncthreads();
  out[threadIdx.x] = s[threadIdx.x];
}

template <bool mended>
__global__ void overrun_dynamic(float* out) {
  EMULATOR_DYN_SHARED(float, s);
  s[threadIdx.x + (mended ? 0 : 1)] = 1;
  __syncthreads();
  out[threadIdx.x] = s[threadIdx.x];
}

template <bool mended>
__global__ void uninitialised_shared(float* out) {
  EMULATOR_SHARED(float, s, [64]);
  if (threadIdx.x < (mended ? 64 : 63)) s[threadIdx.x] = 1;
  __syncthreads();
  float sum = 0;
  for (const float v : s) sum += v;
  out[threadIdx.x] = sum;
}

__global__ void copy(const float* from, float* to) { to[threadIdx.x] = from[threadIdx.x]; }

template <bool mended>
__global__ void misaligned_vector(float* p) {
  auto* v = reinterpret_cast<float4*>(p + (mended ? 4 : 1));
  v->x = 1, v->y = 2, v->z = 3, v->w = 4;
}

template <bool mended>
__global__ void no_wait(const float* from, float* to) {
  EMULATOR_SHARED(float, s, [64]);
  __pipeline_memcpy_async(&s[threadIdx.x], &from[threadIdx.x], 4);
  __pipeline_commit();
  if (mended) __pipeline_wait_prior(0);
  __syncthreads();
  to[threadIdx.x] = s[63 - threadIdx.x];
}

// A thread waits for its own copies, and reads another's before the barrier.
template <bool mended>
__global__ void no_barrier_after_wait(const float* from, float* to) {
  EMULATOR_SHARED(float, s, [64]);
  __pipeline_memcpy_async(&s[threadIdx.x], &from[threadIdx.x], 4);
  __pipeline_commit();
  __pipeline_wait_prior(0);
  if (mended) __syncthreads();
  to[threadIdx.x] = s[63 - threadIdx.x];
}

}  // namespace

Bugs memory_bugs() {
  return {
      {"overrun-global",
       [](bool mended) {
         const DeviceArray<float> p(64, 0.0f);
         launch({"fill", 1, 128}, VERSION(overrun_global), p.get(), 64u);
         expect(p.values()[63] == 1, "wrong numbers");
       }},
      {"underrun-global",
       [](bool mended) {
         const DeviceArray<float> p(64, 0.0f), out(64);
         launch({"shift", 1, 64}, VERSION(underrun_global), p.get(), out.get());
         expect(out.values()[63] == 0, "wrong numbers");
       }},
      {"overrun-shared",
       [](bool mended) {
         const DeviceArray<float> out(32);
         launch({"shift", 1, 32}, VERSION(overrun_shared), out.get());
         expect(out.values()[1] == 1, "wrong numbers");
       }},
      {"overrun-dynamic",
       [](bool mended) {
         const DeviceArray<float> out(32);
         launch({"shift", 1, 32, 128}, VERSION(overrun_dynamic), out.get());
         expect(out.values()[1] == 1, "wrong numbers");
       }},
      {"uninitialised-device",
       [](bool mended) {
         const DeviceArray<float> from(64), to(64);
         if (mended) must(cudaMemset(from.get(), 0, 64 * sizeof(float)));
         launch({"copy", 1, 64}, copy, from.get(), to.get());
         for (const float v : to.values()) expect(!std::isnan(v), "NaN in the result");
       }},
      {"uninitialised-shared",
       [](bool mended) {
         const DeviceArray<float> out(64);
         launch({"sum", 1, 64}, VERSION(uninitialised_shared), out.get());
         for (const float v : out.values()) expect(!std::isnan(v), "NaN in the result");
       }},
      {"misaligned-vector",
       [](bool mended) {
         const DeviceArray<float> p(8, 0.0f);
         launch({"store", 1, 1}, VERSION(misaligned_vector), p.get());
         expect(p.values()[4] != 0, "wrong numbers");
       }},
      {"cp-async-without-wait",
       [](bool mended) {
         const DeviceArray<float> from(64, 1.0f), to(64);
         launch({"reverse", 1, 64}, VERSION(no_wait), from.get(), to.get());
         for (const float v : to.values()) expect(v == 1, "wrong numbers");
       }},
      {"cp-async-without-barrier",
       [](bool mended) {
         const DeviceArray<float> from(64, 1.0f), to(64);
         launch({"reverse", 1, 64}, VERSION(no_barrier_after_wait), from.get(), to.get());
         for (const float v : to.values()) expect(v == 1, "wrong numbers");
       }},
  };
}
