// Barriers.

#include "emulator/options.h"
#include "tests/catch.h"
#include "tests/emulator/device_array.h"

using emulator::launch;

namespace {

__global__ void votes(int* out) {
  const unsigned t = threadIdx.x;
  const int count = __syncthreads_count(t % 2), any = __syncthreads_or(t == 63), none = __syncthreads_or(t > 5000);
  const int all = __syncthreads_and(t < 5000), not_all = __syncthreads_and(t < 63);
  out[t] = count * 10000 + any * 1000 + none * 100 + all * 10 + not_all;
}

// In each round every thread reads its neighbour's number and writes its own: two barriers, a thousand times.
__global__ void pass_round(int* out, int rounds) {
  EMULATOR_SHARED(int, s, [96]);
  const unsigned t = threadIdx.x;
  s[t] = static_cast<int>(t);
  for (int i = 0; i < rounds; ++i) {
    __syncthreads();
    const int next = s[(t + 1) % blockDim.x];
    __syncthreads();
    s[t] = next;
  }
  out[t] = s[t];
}

__global__ void leave_before_barrier(int* out) {
  if (threadIdx.x >= 40) return;
  __syncthreads();
  out[threadIdx.x] = 1;
}

}  // namespace

TEST_CASE("barriers count, and say whether one or all agree") {
  for (const unsigned threads : {64u, 70u, 1024u}) {
    const DeviceArray<int> out(threads);
    launch({"votes", 1, threads}, votes, out.get());
    for (const int v : out.values()) REQUIRE(v == static_cast<int>(threads / 2) * 10000 + 1010);
  }
}

TEST_CASE("a thousand rounds of two barriers") {
  const DeviceArray<int> out(96);
  launch({"pass round", 1, 96}, pass_round, out.get(), 1000);
  const auto h = out.values();
  for (int t = 0; t < 96; ++t) REQUIRE(h[static_cast<std::size_t>(t)] == (t + 1000) % 96);
}

TEST_CASE("threads may leave before a barrier where the option says so") {
  const DeviceArray<int> out(64, 0);
  emulator::options().early_exit = true;
  launch({"leave", 1, 64}, leave_before_barrier, out.get());
  must(cudaDeviceSynchronize());
  emulator::options().early_exit = false;
  const auto h = out.values();
  for (std::size_t t = 0; t < 64; ++t) CHECK(h[t] == (t < 40));
}
