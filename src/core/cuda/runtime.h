#pragma once
/// What CUDA code stands on: choosing a device, its stream, checks. Only in builds with a device, real or emulated.

#include <cuda_runtime_api.h>

#include <string>

#include "lemma/core/device.h"

namespace lemma::cuda {

/// Makes `device` the current one of this thread. Throws DeviceError, in words, where it cannot be used.
void use(Device device);
/// The device that use() chose last on this thread.
Device current();
/// The stream of the current device.
cudaStream_t stream();
/// Throws DeviceError "[cuda] <what>: <the runtime's text>" unless status is success.
void check(cudaError_t status, const std::string& what);

/// A launch as errors describe it.
struct LaunchSite {
  const char* kernel;
  unsigned grid[3], block[3];
  const char* file;
  int line;
  std::string str() const;
};
/// Right after a launch: throws if it failed. With LEMMA_CUDA_SYNC=1 it waits, so that a fault in the kernel itself is
/// reported here too.
void check_launch(const LaunchSite& site);

/// Host to device; returns when `from` may be written over. The copy itself is queued, through pinned memory.
void to_device(void* to, const void* from, size_t bytes);
/// Device to host; waits for the values.
void to_host(void* to, const void* from, size_t bytes);
/// From one device to another.
void between_devices(void* to, Device to_device, const void* from, Device from_device, size_t bytes);

}  // namespace lemma::cuda
