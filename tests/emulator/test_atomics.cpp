// Atomics of every type, by 4 blocks of 64 threads.

#include "tests/catch.h"
#include "tests/emulator/device_array.h"

using emulator::launch;

namespace {

template <class T>
__global__ void add(T* p) {
  atomicAdd(p, static_cast<T>(0.5f) == static_cast<T>(0) ? static_cast<T>(1) : static_cast<T>(0.5f));
}
template <class T>
__global__ void integers(T* p) {
  const T i = static_cast<T>(blockIdx.x * blockDim.x + threadIdx.x);
  atomicMin(&p[0], i);
  atomicMax(&p[1], i);
  atomicOr(&p[2], static_cast<T>(1) << (i % 30));
  atomicAnd(&p[3], ~(static_cast<T>(1) << (i % 8)));
  atomicXor(&p[4], static_cast<T>(1));
  if (atomicCAS(&p[5], static_cast<T>(0), static_cast<T>(1)) == 0) atomicExch(&p[6], static_cast<T>(77));
}
__global__ void wrapping(unsigned* p, int* q) {
  atomicInc(&p[0], 99u);
  atomicDec(&p[1], 99u);
  atomicSub(&p[2], 1u);
  atomicSub(&q[0], 2);
  atomicMin(reinterpret_cast<long long*>(&q[2]), -5LL);
}
// Tickets: every thread gets a different old value.
__global__ void tickets(unsigned* counter, int* seen) { seen[atomicAdd(counter, 1u)] = 1; }

}  // namespace

TEMPLATE_TEST_CASE("atomicAdd", "", int, unsigned, unsigned long long, float, double) {
  const DeviceArray<TestType> sum(1, TestType(0));
  launch({"add", 4, 64}, add<TestType>, sum.get());
  CHECK(sum.values()[0] == (std::is_integral_v<TestType> ? TestType(256) : TestType(128)));
}

TEMPLATE_TEST_CASE("integer atomics", "", int, unsigned, unsigned long long) {
  const DeviceArray<TestType> p(std::vector<TestType>{1000, 0, 0, 0x7fff, 0, 0, 0});
  launch({"integers", 4, 64}, integers<TestType>, p.get());
  CHECK(p.values() == std::vector<TestType>{0, 255, (1 << 30) - 1, 0x7f00, 0, 1, 77});
}

TEST_CASE("atomics that wrap") {
  const DeviceArray<unsigned> p(std::vector<unsigned>{0, 0, 256});
  const DeviceArray<int> q(4, 512);
  launch({"wrapping", 4, 64}, wrapping, p.get(), q.get());
  CHECK(p.values() == std::vector<unsigned>{256 % 100, (1000 - 256) % 100, 0});
  CHECK(q.values() == std::vector<int>{0, 512, -5, -1});
}

TEST_CASE("atomics give the old value, a different one to each thread") {
  const DeviceArray<unsigned> counter(1, 0u);
  const DeviceArray<int> seen(256, 0);
  launch({"tickets", 4, 64}, tickets, counter.get(), seen.get());
  CHECK(seen.values() == std::vector<int>(256, 1));
}
