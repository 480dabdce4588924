// Which devices there are, and what they say about themselves.

#include "emulator/devices.h"

#include <cstdio>

#include "emulator/errors.h"
#include "emulator/faults.h"
#include "emulator/limits.h"
#include "emulator/options.h"

using namespace emulator;

namespace {
thread_local int current = 0;

constexpr int kVersion = CUDART_VERSION, kOldVersion = 12020;
bool exists(int device) { return device >= 0 && device < options().devices; }
cudaError_t no_such(int device) {
  return fail(cudaErrorInvalidDevice, "device " + std::to_string(device) + " of " + std::to_string(options().devices));
}
int major_version() { return machine() == testing::Machine::old_architecture ? 7 : 9; }
}  // namespace

namespace emulator {
std::recursive_mutex& device_mutex() {
  static auto* m = new std::recursive_mutex;
  return *m;
}
int current_device() { return current; }
}  // namespace emulator

cudaError_t cudaDriverGetVersion(int* version) {
  *version = machine() == testing::Machine::no_driver    ? 0
             : machine() == testing::Machine::old_driver ? kOldVersion
                                                         : kVersion;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = kVersion;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  if (const cudaError_t e = machine_status(); e != cudaSuccess) return e;
  *count = options().devices;
  return *count ? cudaSuccess : fail(cudaErrorNoDevice);
}
cudaError_t cudaSetDevice(int device) {
  if (const cudaError_t e = machine_status(); e != cudaSuccess) return e;
  if (!exists(device)) return no_such(device);
  current = device;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) {
  *device = current;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  if (const cudaError_t e = machine_status(); e != cudaSuccess) return e;
  if (!exists(device)) return no_such(device);
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock:
      *value = kThreadsMost;
      return cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlock:
      *value = kSharedDefault;
      return cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      *value = kSharedMost;
      return cudaSuccess;
    case cudaDevAttrWarpSize:
      *value = 32;
      return cudaSuccess;
    case cudaDevAttrMultiProcessorCount:
      *value = kMultiprocessors;
      return cudaSuccess;
    case cudaDevAttrMemoryClockRate:  // an emulated device has no speed
    case cudaDevAttrGlobalMemoryBusWidth:
      *value = 0;
      return cudaSuccess;
    case cudaDevAttrMaxThreadsPerMultiProcessor:
      *value = 2048;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMajor:
      *value = major_version();
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMinor:
      *value = 0;
      return cudaSuccess;
  }
  return fail(cudaErrorInvalidValue, "attribute " + std::to_string(attribute) + " is not emulated");
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int device) {
  if (const cudaError_t e = machine_status(); e != cudaSuccess) return e;
  if (!exists(device)) return no_such(device);
  *p = {.name = "emulated device",
        .totalGlobalMem = options().memory,
        .sharedMemPerBlock = kSharedDefault,
        .sharedMemPerBlockOptin = kSharedMost,
        .warpSize = 32,
        .maxThreadsPerBlock = kThreadsMost,
        .maxThreadsPerMultiProcessor = 2048,
        .multiProcessorCount = kMultiprocessors,
        .major = major_version(),
        .minor = 0};
  return cudaSuccess;
}
