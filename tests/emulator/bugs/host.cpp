// Mistakes of the host: pointers, sizes, and waiting.

#include "emulator/options.h"
#include "tests/emulator/bugs/bug.h"

using emulator::launch;

namespace {

__global__ void copy(const float* from, float* to) { to[threadIdx.x] = from[threadIdx.x]; }
__global__ void fill_dynamic(float* out) {
  EMULATOR_DYN_SHARED(float, s);
  s[threadIdx.x] = 1;
  out[threadIdx.x] = s[threadIdx.x];
}
template <bool mended>
__global__ void fill_static(float* out) {
  EMULATOR_SHARED(float, s, [mended ? 12000 : 13000]);
  s[threadIdx.x] = 1;
  out[threadIdx.x] = s[threadIdx.x];
}

// Copies device to host by way of a stream, with host memory that the device may fill late.
void read_early(bool mended) {
  const DeviceArray<float> p(64, 0.0f);
  float* host = nullptr;
  must(cudaMallocHost(&host, 64 * sizeof(float)));
  for (int i = 0; i < 64; ++i) host[i] = 7;
  cudaStream_t stream = nullptr;
  must(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  must(cudaMemcpyAsync(host, p.get(), 64 * sizeof(float), cudaMemcpyDeviceToHost, stream));
  if (mended) must(cudaStreamSynchronize(stream));
  const bool early = host[0] != 0;
  must(cudaStreamDestroy(stream));
  must(cudaFreeHost(host));
  expect(!early, "read before the stream was synchronised");
}

// Pinned memory is written again before the device has read it.
void write_early(bool mended) {
  const DeviceArray<float> p(1, 0.0f);
  float* host = nullptr;
  must(cudaMallocHost(&host, sizeof(float)));
  *host = 1;
  must(cudaMemcpyAsync(p.get(), host, sizeof(float), cudaMemcpyHostToDevice));
  if (mended) must(cudaDeviceSynchronize());
  *host = 2;
  const float arrived = p.values()[0];
  must(cudaFreeHost(host));
  expect(arrived == 1, "wrong numbers");
}

}  // namespace

Bugs host_bugs() {
  return {
      {"host-pointer",
       [](bool mended) {
         const std::vector<float> host(32, 1.0f);
         const DeviceArray<float> from(host), to(32);
         launch({"copy", 1, 32}, copy, mended ? from.get() : host.data(), to.get());
         expect(to.values()[0] == 1, "wrong numbers");
       }},
      {"freed-pointer",
       [](bool mended) {
         const DeviceArray<float> to(32);
         float* p = nullptr;
         must(cudaMalloc(&p, 128));
         if (!mended) must(cudaFree(p));
         launch({"copy", 1, 32}, copy, p, to.get());
         must(cudaFree(p));
       }},
      {"freed-twice",
       [](bool mended) {
         float* p = nullptr;
         must(cudaMalloc(&p, 128));
         must(cudaFree(p));
         if (!mended) must(cudaFree(p));
       }},
      {"other-device",
       [](bool mended) {
         emulator::options().devices = 2;
         const DeviceArray<float> from(32, 1.0f);
         must(cudaSetDevice(mended ? 0 : 1));
         const DeviceArray<float> to(32);
         launch({"copy", 1, 32}, copy, from.get(), to.get());
       }},
      {"copy-too-long",
       [](bool mended) {
         const std::vector<float> host(65, 1.0f);
         const DeviceArray<float> p(64);
         must(cudaMemcpy(p.get(), host.data(), (mended ? 64 : 65) * sizeof(float), cudaMemcpyHostToDevice));
       }},
      {"copy-wrong-way",
       [](bool mended) {
         std::vector<float> host(64, 1.0f);
         const DeviceArray<float> p(64);
         must(cudaMemcpy(p.get(), host.data(), 256, mended ? cudaMemcpyHostToDevice : cudaMemcpyDeviceToHost));
       }},
      {"host-reads-device",
       [](bool mended) {
         const DeviceArray<float> p(64, 3.0f);
         const float v = mended ? p.values()[0] : *static_cast<volatile float*>(p.get());
         expect(v == 3, "wrong numbers");
       }},
      {"dynamic-shared-too-large",
       [](bool mended) {
         const DeviceArray<float> out(32);
         if (mended) must(cudaFuncSetAttribute(fill_dynamic, cudaFuncAttributeMaxDynamicSharedMemorySize, 60000));
         launch({"fill", 1, 32, 60000}, fill_dynamic, out.get());
       }},
      {"static-shared-too-large",
       [](bool mended) {
         const DeviceArray<float> out(32);
         launch({"fill", 1, 32}, VERSION(fill_static), out.get());
         expect(out.values()[31] == 1, "wrong numbers");
       }},
      {"block-of-2048",
       [](bool mended) {
         const DeviceArray<float> from(2048, 1.0f), to(2048);
         launch({"copy", 1, mended ? 1024u : 2048u}, copy, from.get(), to.get());
       }},
      {"read-before-synchronise", read_early},
      {"write-before-synchronise", write_early},
  };
}
