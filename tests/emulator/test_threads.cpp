// Threads, blocks, grids; what happens after a kernel failed.

#include "emulator/options.h"
#include "tests/catch.h"
#include "tests/emulator/device_array.h"

using emulator::launch;

namespace {

// Each thread of a 3-D grid of 3-D blocks writes its own coordinates at its own place.
__global__ void coordinates(int* out, bool wait) {
  const unsigned t = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  const unsigned b = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  if (wait) __syncthreads();
  out[b * blockDim.x * blockDim.y * blockDim.z + t] =
      static_cast<int>(threadIdx.x + 10 * threadIdx.y + 100 * threadIdx.z + 1000 * blockIdx.x + 10000 * blockIdx.y +
                       100000 * blockIdx.z);
}

__global__ void barrier_for_some(float* out) {
  if (threadIdx.x % 2 == 0) __syncthreads();
  out[threadIdx.x] = 1;
}
__global__ void sum_of_block(const int* in, int* out) {
  EMULATOR_SHARED(int, s, [256]);
  const unsigned t = threadIdx.x;
  s[t] = in[blockIdx.x * blockDim.x + t];
  for (unsigned step = blockDim.x / 2; step > 0; step /= 2) {
    __syncthreads();
    if (t < step) s[t] += s[t + step];
  }
  if (t == 0) out[blockIdx.x] = s[0];
}

// A thread waits for what another writes later: yields let the other run.
__global__ void producer_and_consumer(unsigned* flag, int* value, int* out) {
  if (threadIdx.x == 0) {
    while (atomicAdd(flag, 0u) == 0) __nanosleep(100);
    __threadfence();
    *out = *value;
  } else {
    *value = 42;
    __threadfence();
    atomicExch(flag, 1u);
  }
}

struct Pair {
  int a;
  double b;
};
__global__ void take_struct(Pair p, float c, double* out) { *out = p.a + p.b + c; }
constexpr int kTrapLine = __LINE__ + 2;
__global__ void stops_itself(int* out) {
  if (threadIdx.x == 3) __trap();
  out[threadIdx.x] = 1;
}

}  // namespace

TEST_CASE("every thread of a 3-D grid runs once, with its own indices") {
  for (const bool wait : {false, true}) {
    const DeviceArray<int> out(2 * 3 * 2 * 3 * 4 * 5);
    launch({"coordinates", dim3(2, 3, 2), dim3(3, 4, 5)}, coordinates, out.get(), wait);
    const auto h = out.values();
    int at = 0;
    for (int bz = 0; bz < 2; ++bz)
      for (int by = 0; by < 3; ++by)
        for (int bx = 0; bx < 2; ++bx)
          for (int tz = 0; tz < 5; ++tz)
            for (int ty = 0; ty < 4; ++ty)
              for (int tx = 0; tx < 3; ++tx, ++at)
                REQUIRE(h[static_cast<std::size_t>(at)] ==
                        tx + 10 * ty + 100 * tz + 1000 * bx + 10000 * by + 100000 * bz);
  }
}

TEST_CASE("a reduction over 64 blocks of 256 threads") {
  std::vector<int> in(64 * 256);
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<int>(i % 7);
  const DeviceArray<int> device(in), out(64);
  launch({"sum", 64, 256}, sum_of_block, device.get(), out.get());
  const auto h = out.values();
  for (std::size_t b = 0; b < 64; ++b) {
    int sum = 0;
    for (std::size_t t = 0; t < 256; ++t) sum += in[b * 256 + t];
    REQUIRE(h[b] == sum);
  }
}

TEST_CASE("a thread that waits for another lets it run") {
  const DeviceArray<unsigned> flag(1, 0u);
  const DeviceArray<int> value(1, 0), out(1);
  launch({"producer", 1, 2}, producer_and_consumer, flag.get(), value.get(), out.get());
  CHECK(out.values()[0] == 42);
}

TEST_CASE("arguments are copied as the kernel declares them") {
  const DeviceArray<double> out(1);
  launch({"struct", 1, 1}, take_struct, Pair{2, 0.5}, 40, out.get());
  CHECK(out.values()[0] == 42.5);
}

TEST_CASE("failing and sound launches take turns in one process") {
  const DeviceArray<float> p(64);
  const DeviceArray<int> in(256, 1), out(1);
  for (int i = 0; i < 50; ++i) {
    CHECK_THROWS(([&] {
      launch({"faulty", 1, 64}, barrier_for_some, p.get());
      must(cudaDeviceSynchronize());
    }()));
    launch({"sound", 1, 256}, sum_of_block, in.get(), out.get());
    CHECK(out.values()[0] == 256);
  }
}

TEST_CASE("what a kernel does wrong is reported with block, thread, kernel and launch") {
  emulator::options().async = false;
  const DeviceArray<int> out(32);
  std::string text;
  int line = 0;
  try {
    line = __LINE__ + 1;
    launch({"stops", 2, 32}, stops_itself, out.get());
  } catch (const emulator::error& e) {
    text = e.what();
  }
  const std::string block = text.find("block (1,0,0), thread") != std::string::npos ? "(1,0,0)" : "(0,0,0)";
  CHECK(text ==
        "emulated device: __trap()\n  in block " + block +
            ", thread (3,0,0), at test_threads.cpp:" + std::to_string(kTrapLine) +
            "\n  kernel \"stops\" grid (2,1,1) block (32,1,1) launched at test_threads.cpp:" + std::to_string(line));
}

TEST_CASE("a launch checks its sizes") {
  const DeviceArray<int> out(32);
  const auto says = [&](dim3 grid, dim3 block, std::size_t shared, const std::string& what) {
    try {
      launch({"sizes", grid, block, shared}, stops_itself, out.get());
    } catch (const emulator::error& e) {
      CHECK(std::string(e.what()).starts_with("emulated device: " + what + "\n  kernel \"sizes\" grid ("));
      return;
    }
    FAIL("no error: " + what);
  };
  const std::string threads = " threads; 1 to 1024 are possible, at most 64 of them along z";
  const std::string blocks = "a grid has 1 to 2147483647 blocks along x, 1 to 65535 along y and z";
  says(1, dim3(1025), 0, "a block of 1025" + threads);
  says(1, dim3(0), 0, "a block of 0" + threads);
  says(1, dim3(1, 1, 65), 0, "a block of 65" + threads);
  says(0, 32, 0, blocks);
  says(dim3(1, 65536), 32, 0, blocks);
  says(
      1, 32, 49153,
      "49153 bytes of dynamic shared memory, and 49152 are allowed; cudaFuncSetAttribute allows a kernel up to 232448");
}

TEST_CASE("device functions belong in kernels") {
  CHECK_THROWS_WITH(__syncthreads(), "emulated device: __syncthreads is called outside a kernel");
  CHECK_THROWS_WITH(__ballot_sync(~0u, 1), "emulated device: a warp function is called outside a kernel");
}
