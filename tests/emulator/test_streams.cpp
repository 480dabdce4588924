// Streams and events, with work that waits until something waits for it.

#include "emulator/options.h"
#include "tests/catch.h"
#include "tests/emulator/device_array.h"

using emulator::launch;

namespace {

__global__ void set(int* p, int v) { *p = v; }
__global__ void times_ten_plus(int* p, int v) { *p = *p * 10 + v; }
__global__ void fails(int* p) {
  if (threadIdx.x == 0) __syncthreads();
  *p = 1;
}

struct Late {
  bool before = emulator::options().async;
  Late() { emulator::options().async = true; }
  ~Late() {
    cudaDeviceSynchronize();
    emulator::options().async = before;
  }
};
struct Stream {
  cudaStream_t handle = nullptr;
  explicit Stream(unsigned flags = cudaStreamNonBlocking) { must(cudaStreamCreateWithFlags(&handle, flags)); }
  ~Stream() { cudaStreamDestroy(handle); }
};
struct Event {
  cudaEvent_t handle = nullptr;
  Event() { must(cudaEventCreate(&handle)); }
  ~Event() { cudaEventDestroy(handle); }
};
struct Pinned {
  int* p = nullptr;
  explicit Pinned(int v) { must(cudaMallocHost(&p, sizeof(int))), *p = v; }
  ~Pinned() { cudaFreeHost(p); }
};

}  // namespace

TEST_CASE("work on a stream keeps its order and waits for the synchronisation") {
  const DeviceArray<int> d(1, 0);
  const Late late;
  const Stream s;
  const Pinned host(-1);
  launch({"set", 1, 1, 0, s.handle}, set, d.get(), 1);
  launch({"append", 1, 1, 0, s.handle}, times_ten_plus, d.get(), 2);
  must(cudaMemcpyAsync(host.p, d.get(), sizeof(int), cudaMemcpyDeviceToHost, s.handle));
  CHECK(cudaStreamQuery(s.handle) == cudaErrorNotReady);
  CHECK(*host.p == -1);
  must(cudaStreamSynchronize(s.handle));
  CHECK(*host.p == 12);
  CHECK(cudaStreamQuery(s.handle) == cudaSuccess);
}

TEST_CASE("an event orders two streams") {
  const DeviceArray<int> d(1, 7);
  const Late late;
  const Stream a, b;
  const Event e;
  launch({"append", 1, 1, 0, a.handle}, times_ten_plus, d.get(), 1);
  must(cudaEventRecord(e.handle, a.handle));
  launch({"append", 1, 1, 0, a.handle}, times_ten_plus, d.get(), 3);
  must(cudaStreamWaitEvent(b.handle, e.handle));
  launch({"append", 1, 1, 0, b.handle}, times_ten_plus, d.get(), 2);
  CHECK(cudaEventQuery(e.handle) == cudaErrorNotReady);
  must(cudaStreamSynchronize(b.handle));
  CHECK(cudaEventQuery(e.handle) == cudaSuccess);
  must(cudaStreamSynchronize(a.handle));
  CHECK(d.values()[0] == 7123);  // b waited for the event only, not for what a was given after it
}

TEST_CASE("the default stream and blocking streams wait for each other, others do not") {
  const DeviceArray<int> d(2, 0);
  const Late late;
  const Stream blocking(cudaStreamDefault), free_one;
  launch({"append", 1, 1, 0, free_one.handle}, set, d.get() + 1, 9);
  launch({"append", 1, 1, 0, blocking.handle}, times_ten_plus, d.get(), 1);
  launch({"append", 1, 1}, times_ten_plus, d.get(), 2);
  launch({"append", 1, 1, 0, blocking.handle}, times_ten_plus, d.get(), 3);
  must(cudaStreamSynchronize(blocking.handle));
  int h[2] = {-1, -1};
  must(cudaMemcpy(h, d.get(), sizeof(h), cudaMemcpyDeviceToHost));  // on the default stream
  CHECK(h[0] == 123);
  CHECK(h[1] == 0);
  must(cudaDeviceSynchronize());
  CHECK(d.values()[1] == 9);
}

TEST_CASE("ordinary host memory is read at once, pinned memory when the work runs") {
  const DeviceArray<int> d(2, 0);
  const Late late;
  int ordinary = 1;
  const Pinned pinned(1);
  must(cudaMemcpyAsync(d.get(), &ordinary, sizeof(int), cudaMemcpyHostToDevice));
  must(cudaMemcpyAsync(d.get() + 1, pinned.p, sizeof(int), cudaMemcpyHostToDevice));
  ordinary = *pinned.p = 2;
  CHECK(d.values() == std::vector<int>{1, 2});
}

TEST_CASE("a kernel's failure is reported by the call that waits for it") {
  const DeviceArray<int> d(1, 0);
  const Late late;
  const Stream s;
  cudaGetLastError();
  launch({"fails", 1, 2, 0, s.handle}, fails, d.get());
  CHECK(cudaGetLastError() == cudaSuccess);
  CHECK(cudaStreamSynchronize(s.handle) == cudaErrorLaunchFailure);
  CHECK_THAT(
      cudaGetErrorString(cudaErrorLaunchFailure),
      Catch::Matchers::StartsWith("unspecified launch failure: emulated device: ") &&
          Catch::Matchers::Contains("kernel \"fails\" grid (1,1,1) block (2,1,1) launched at test_streams.cpp:"));
  CHECK(cudaGetLastError() == cudaErrorLaunchFailure);
  launch({"set", 1, 1, 0, s.handle}, set, d.get(), 5);
  must(cudaStreamSynchronize(s.handle));
  CHECK(d.values()[0] == 5);
}

TEST_CASE("freeing memory waits for the work that uses it") {
  const Late late;
  int* d = nullptr;
  must(cudaMalloc(&d, sizeof(int)));
  const Pinned host(-1);
  const Stream s;
  launch({"set", 1, 1, 0, s.handle}, set, d, 3);
  must(cudaMemcpyAsync(host.p, d, sizeof(int), cudaMemcpyDeviceToHost, s.handle));
  must(cudaFree(d));
  CHECK(*host.p == 3);
}

TEST_CASE("events measure time; handles are checked") {
  const Event a, b;
  float ms = -1;
  CHECK(cudaEventElapsedTime(&ms, a.handle, b.handle) == cudaErrorInvalidResourceHandle);
  must(cudaEventRecord(a.handle));
  must(cudaEventRecord(b.handle));
  must(cudaEventSynchronize(b.handle));
  must(cudaEventElapsedTime(&ms, a.handle, b.handle));
  CHECK(ms >= 0);
  CHECK(ms < 10000);
  int no_handle = 0;
  CHECK(cudaStreamSynchronize(reinterpret_cast<cudaStream_t>(&no_handle)) == cudaErrorInvalidResourceHandle);
  CHECK(cudaEventQuery(reinterpret_cast<cudaEvent_t>(&no_handle)) == cudaErrorInvalidResourceHandle);
  CHECK(cudaGetLastError() == cudaErrorInvalidResourceHandle);
}
