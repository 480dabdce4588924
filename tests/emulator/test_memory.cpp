// Device memory, shared memory, copies.

#include <cmath>

#include "emulator/options.h"
#include "emulator/testing.h"
#include "tests/catch.h"
#include "tests/emulator/device_array.h"

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#else
#define VALGRIND_MAKE_MEM_DEFINED(p, bytes)
#endif

using emulator::launch;

namespace {

template <class T>
__global__ void dynamic_sum(const T* in, T* out) {
  EMULATOR_DYN_SHARED(T, s);
  EMULATOR_SHARED(T, total, [1]);
  const unsigned t = threadIdx.x;
  s[t] = in[t];
  __syncthreads();
  if (t == 0) {
    T sum = 0;
    for (unsigned i = 0; i < blockDim.x; ++i) sum += s[i];
    total[0] = sum;
  }
  __syncthreads();
  out[t] = total[0];
}
__global__ void is_fresh(int* out) {
  EMULATOR_SHARED(float, s, [32]);
  out[blockIdx.x * 32 + threadIdx.x] = std::isnan(s[threadIdx.x]);
  __syncthreads();
  s[threadIdx.x] = 1;
}
// Two stages of 16-byte copies: the first is used while the second is under way.
__global__ void two_stages(const float4* in, float4* out) {
  EMULATOR_SHARED(float4, s, [2][64]);
  const unsigned t = threadIdx.x;
  for (unsigned i = 0; i < 2; ++i) {
    __pipeline_memcpy_async(&s[i][t], &in[i * 64 + t], 16);
    __pipeline_commit();
  }
  __pipeline_wait_prior(1);
  __syncthreads();
  out[t] = s[0][63 - t];
  __pipeline_wait_prior(0);
  __syncthreads();
  out[64 + t] = s[1][63 - t];
}
__global__ void with_zeros(const float* in, float* out) {
  EMULATOR_SHARED(float4, s, [1]);
  __pipeline_memcpy_async(s, in, 16, 8);
  __pipeline_commit();
  __pipeline_wait_prior(0);
  out[0] = s[0].x, out[1] = s[0].y, out[2] = s[0].z, out[3] = s[0].w;
}
__global__ void misaligned_copy(const float* in) {
  EMULATOR_SHARED(float4, s, [1]);
  __pipeline_memcpy_async(s, in + 1, 16);
}
__global__ void many_bytes(float* out) {
  EMULATOR_DYN_SHARED(float, s);
  s[49999] = 3;
  *out = s[49999];
}

}  // namespace

TEMPLATE_TEST_CASE("dynamic and static shared memory in one kernel", "", float, double, int) {
  const DeviceArray<TestType> in(64, TestType(2)), out(64);
  launch({"sum", 1, 64, 64 * sizeof(TestType)}, dynamic_sum<TestType>, in.get(), out.get());
  CHECK(out.values() == std::vector<TestType>(64, TestType(128)));
}

TEST_CASE("every block finds fresh shared memory, all NaN") {
  const DeviceArray<int> out(8 * 32);
  launch({"fresh", 8, 32}, is_fresh, out.get());
  const auto h = out.values();
  VALGRIND_MAKE_MEM_DEFINED(h.data(), h.size() * sizeof(int));  // this kernel reads what nobody wrote, on purpose
  CHECK(h == std::vector<int>(8 * 32, 1));
}

TEST_CASE("cp.async: stages, and zeros past the end") {
  std::vector<float4> in(128);
  for (std::size_t i = 0; i < 128; ++i) in[i] = make_float4(static_cast<float>(i), 0, 0, 1);
  const DeviceArray<float4> device(in), out(128);
  launch({"two stages", 1, 64}, two_stages, device.get(), out.get());
  const auto h = out.values();
  for (std::size_t i = 0; i < 128; ++i) CHECK(h[i].x == static_cast<float>(i / 64 * 64 + 63 - i % 64));

  const DeviceArray<float> numbers(std::vector<float>{1, 2, 3, 4}), four(4);
  launch({"zeros", 1, 1}, with_zeros, numbers.get(), four.get());
  CHECK(four.values() == std::vector<float>{1, 2, 0, 0});
  CHECK_THROWS_WITH(([&] {
                      launch({"misaligned", 1, 1}, misaligned_copy, numbers.get());
                      must(cudaDeviceSynchronize());
                    }()),
                    Catch::Matchers::Contains("cp.async: the source's address is not a multiple of the size"));
}

TEST_CASE("more than 48 KiB of dynamic shared memory, where the kernel may") {
  const DeviceArray<float> out(1);
  CHECK(cudaFuncSetAttribute(many_bytes, cudaFuncAttributeMaxDynamicSharedMemorySize, 232449) == cudaErrorInvalidValue);
  must(cudaFuncSetAttribute(many_bytes, cudaFuncAttributeMaxDynamicSharedMemorySize, 200000));
  launch({"many bytes", 1, 1, 200000}, many_bytes, out.get());
  CHECK(out.values()[0] == 3);
  CHECK_THROWS(launch({"many bytes", 1, 1, 200001}, many_bytes, out.get()));
}

TEST_CASE("new device memory is NaN, and freed memory comes back") {
  std::size_t before = 0, during = 0, after = 0, total = 0;
  must(cudaMemGetInfo(&before, &total));
  CHECK(total == emulator::options().memory);
  {
    const DeviceArray<float> p(1000);
    must(cudaMemGetInfo(&during, &total));
  }
  must(cudaMemGetInfo(&after, &total));
  CHECK(before - during == 4000);
  CHECK(after == before);
  void* nothing = &total;
  CHECK(cudaMalloc(&nothing, 0) == cudaSuccess);
  CHECK(nothing == nullptr);
  CHECK(cudaFree(nullptr) == cudaSuccess);
}

TEST_CASE("an allocation larger than what is left is refused, and the next may succeed") {
  emulator::options().memory = 1000;
  void *p = nullptr, *q = nullptr;
  CHECK(cudaMalloc(&p, 600) == cudaSuccess);
  CHECK(cudaMalloc(&q, 401) == cudaErrorMemoryAllocation);
  CHECK(q == nullptr);
  CHECK(cudaGetErrorString(cudaErrorMemoryAllocation) ==
        std::string("out of memory: 401 bytes asked, 600 bytes of 1000 bytes in use"));
  CHECK(cudaGetLastError() == cudaErrorMemoryAllocation);
  CHECK(cudaGetLastError() == cudaSuccess);
  CHECK(cudaMalloc(&q, 400) == cudaSuccess);
  cudaFree(p), cudaFree(q);
  emulator::options().memory = std::size_t{8} << 30;
  emulator::testing::refuse_allocation(2);
  CHECK(cudaMalloc(&p, 1) == cudaSuccess);
  CHECK(cudaMalloc(&q, 1) == cudaErrorMemoryAllocation);
  CHECK(cudaMalloc(&q, 1) == cudaSuccess);
  cudaFree(p), cudaFree(q);
}

TEST_CASE("copies are checked against both ends") {
  const DeviceArray<float> p(8, 1.0f), q(8);
  std::vector<float> h(16);
  CHECK(cudaMemcpy(h.data(), p.get(), 33, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
  CHECK(cudaGetErrorString(cudaErrorInvalidValue) ==
        std::string("invalid argument: a copy from 33 bytes at byte 0 of an allocation of 32 bytes"));
  CHECK(cudaMemcpy(q.get() + 4, p.get(), 17, cudaMemcpyDeviceToDevice) == cudaErrorInvalidValue);
  CHECK(cudaMemcpy(h.data(), p.get(), 4, cudaMemcpyHostToDevice) == cudaErrorInvalidMemcpyDirection);
  CHECK(cudaMemcpy(h.data(), h.data() + 8, 4, cudaMemcpyDeviceToHost) == cudaErrorInvalidMemcpyDirection);
  CHECK(cudaMemset(h.data(), 0, 4) == cudaErrorInvalidValue);
  CHECK(cudaMemset(p.get() + 1, 0, 32) == cudaErrorInvalidValue);
  must(cudaMemcpy(q.get(), p.get(), 32, cudaMemcpyDefault));
  must(cudaMemcpy(h.data(), q.get(), 32, cudaMemcpyDefault));
  CHECK(h[7] == 1);
  CHECK(cudaFree(p.get() + 1) == cudaErrorInvalidDevicePointer);
}
