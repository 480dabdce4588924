#pragma once
/// A block of memory on one device, shared by every array that views it.

#include <cstddef>
#include <cstdint>

#include "lemma/core/device.h"
#include "lemma/core/ref.h"

namespace lemma {

class Storage : public RefCounted {
 public:
  /// Uninitialised memory, aligned to 64 bytes. Throws DeviceError for a device that does not exist.
  static Ref<Storage> allocate(size_t bytes, Device device);
  static void destroy(Storage* storage);  ///< what Ref calls when the last holder is gone

  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  Device device() const { return device_; }
  /// How many times it has been written in place; the tape compares this with the count when a value was saved.
  uint32_t version() const { return version_; }
  void bump_version() { ++version_; }

 private:
  Storage(void* data, size_t bytes, Device device) : data_(data), bytes_(bytes), device_(device) {}
  void* data_;
  size_t bytes_;
  Device device_;
  uint32_t version_ = 0;
};

}  // namespace lemma
