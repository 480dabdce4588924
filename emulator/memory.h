#pragma once
/// Device memory: a registry of what was allocated, on which device.

namespace emulator {

/// With the address sanitizer, device memory is hidden while no work of a device runs, so a host that reads it is
/// reported. Shows it for a while; nests.
class DeviceAccess {
 public:
  DeviceAccess();
  ~DeviceAccess();
  DeviceAccess(const DeviceAccess&) = delete;
  DeviceAccess& operator=(const DeviceAccess&) = delete;
};

}  // namespace emulator
