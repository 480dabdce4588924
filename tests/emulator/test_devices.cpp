// Several devices, and machines that are not as they should be.

#include "emulator/options.h"
#include "emulator/testing.h"
#include "tests/catch.h"
#include "tests/emulator/device_array.h"

using emulator::launch;
using emulator::testing::Machine;

namespace {

__global__ void add_one(int* p) { atomicAdd(p, 1); }

struct Devices {
  int before = emulator::options().devices;
  explicit Devices(int n) { emulator::options().devices = n; }
  ~Devices() {
    cudaSetDevice(0);
    emulator::options().devices = before;
  }
};
struct Pretend {
  explicit Pretend(Machine m) { emulator::testing::pretend(m); }
  ~Pretend() { emulator::testing::restore(); }
};

}  // namespace

TEST_CASE("three devices have memory of their own") {
  const Devices three(3);
  int count = 0, current = -1;
  must(cudaGetDeviceCount(&count));
  CHECK(count == 3);
  must(cudaSetDevice(2));
  must(cudaGetDevice(&current));
  CHECK(current == 2);
  std::size_t before = 0, after = 0, other = 0, total = 0;
  must(cudaMemGetInfo(&before, &total));
  const DeviceArray<int> there(100, 1);
  must(cudaMemGetInfo(&after, &total));
  must(cudaSetDevice(1));
  must(cudaMemGetInfo(&other, &total));
  CHECK(before - after == 400);
  CHECK(other == total);
  const DeviceArray<int> here(100, 0);
  launch({"add one", 1, 32}, add_one, here.get());
  CHECK(here.values()[0] == 32);
  CHECK_THROWS_WITH(launch({"add one", 1, 32}, add_one, there.get()),
                    Catch::Matchers::Contains("is memory of device 2, and the kernel runs on device 1"));
  must(cudaMemcpy(here.get(), there.get(), 400, cudaMemcpyDefault));
  CHECK(here.values()[99] == 1);
  CHECK(cudaSetDevice(3) == cudaErrorInvalidDevice);
  CHECK(cudaGetErrorString(cudaErrorInvalidDevice) == std::string("invalid device ordinal: device 3 of 3"));
}

TEST_CASE("a stream belongs to its device") {
  const Devices two(2);
  cudaStream_t stream = nullptr;
  must(cudaStreamCreate(&stream));
  must(cudaSetDevice(1));
  const DeviceArray<int> p(1, 0);
  CHECK_THROWS_WITH(launch({"add one", 1, 1, 0, stream}, add_one, p.get()),
                    Catch::Matchers::Contains("the stream belongs to device 0 and the current device is 1"));
  must(cudaStreamDestroy(stream));
}

TEST_CASE("properties and versions") {
  cudaDeviceProp p{};
  must(cudaGetDeviceProperties(&p, 0));
  CHECK(p.name == std::string("emulated device"));
  CHECK(p.major == 9);
  CHECK(p.sharedMemPerBlock == 49152);
  CHECK(p.sharedMemPerBlockOptin == 232448);
  int value = 0;
  must(cudaDeviceGetAttribute(&value, cudaDevAttrMultiProcessorCount, 0));
  CHECK(value == p.multiProcessorCount);
  must(cudaDeviceGetAttribute(&value, cudaDevAttrComputeCapabilityMajor, 0));
  CHECK(value == 9);
  CHECK(cudaDeviceGetAttribute(&value, cudaDevAttrWarpSize, 1) == cudaErrorInvalidDevice);
  int driver = 0, runtime = 0;
  must(cudaDriverGetVersion(&driver));
  must(cudaRuntimeGetVersion(&runtime));
  CHECK(driver == 13000);
  CHECK(runtime == 13000);
}

TEST_CASE("no driver, an old driver, no device, an old architecture") {
  int count = 5, version = -1;
  void* p = nullptr;
  {
    const Pretend none(Machine::no_driver);
    CHECK(cudaGetDeviceCount(&count) == cudaErrorInsufficientDriver);
    CHECK(count == 0);
    must(cudaDriverGetVersion(&version));
    CHECK(version == 0);
    CHECK(cudaMalloc(&p, 4) == cudaErrorInsufficientDriver);
    CHECK(cudaSetDevice(0) == cudaErrorInsufficientDriver);
  }
  {
    const Pretend old(Machine::old_driver);
    CHECK(cudaGetDeviceCount(&count) == cudaErrorInsufficientDriver);
    must(cudaDriverGetVersion(&version));
    CHECK(version == 12020);
  }
  {
    const Pretend none(Machine::no_device);
    CHECK(cudaGetDeviceCount(&count) == cudaErrorNoDevice);
    CHECK(cudaGetErrorString(cudaErrorNoDevice) == std::string("no CUDA-capable device is detected"));
  }
  {
    const Pretend old(Machine::old_architecture);
    must(cudaDeviceGetAttribute(&version, cudaDevAttrComputeCapabilityMajor, 0));
    CHECK(version == 7);
  }
  must(cudaGetDeviceCount(&count));
  CHECK(count == 1);
}

TEST_CASE("a device that is lost at the third launch fails every call after it") {
  const DeviceArray<int> p(1, 0);
  emulator::testing::lose_device_at_launch(3);
  for (int i = 0; i < 2; ++i) launch({"add one", 1, 1}, add_one, p.get());
  CHECK(p.values()[0] == 2);
  launch({"add one", 1, 1}, add_one, p.get());
  CHECK(cudaGetLastError() == cudaErrorLaunchFailure);
  CHECK(cudaGetLastError() == cudaErrorLaunchFailure);  // it stays
  CHECK(cudaDeviceSynchronize() == cudaErrorLaunchFailure);
  int h = 0;
  CHECK(cudaMemcpy(&h, p.get(), 4, cudaMemcpyDeviceToHost) == cudaErrorLaunchFailure);
  emulator::testing::restore();
  CHECK(cudaGetLastError() == cudaSuccess);
  CHECK(p.values()[0] == 2);
}
