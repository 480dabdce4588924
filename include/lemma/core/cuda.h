#pragma once
/// The GPU as a program sees it: is there one, what is it, wait for it, time it. Every build has these functions; a
/// build without CUDA says so in its errors.
///
/// Work on a device is asynchronous: an operation returns when it is queued. Reading a value waits for it.

#include <cstddef>
#include <string>

#include "lemma/core/device.h"

namespace lemma::cuda {

/// True if tensors can be made on Device::cuda().
bool is_available();
/// How many CUDA devices can be used; 0 in a build or on a machine without CUDA.
int device_count();
/// Why is_available() is false and what would fix it, in one sentence; "" when it is true.
std::string why_unavailable();
/// What this binary was built for: "off", "emulated" or "CUDA 13.0 for 80, 86, 89, 90".
std::string build();
/// True if the device is the emulated one: for learning and tests, not for speed.
bool is_emulated();

struct Properties {
  std::string name;
  int major = 0, minor = 0;  ///< compute capability
  size_t total_memory = 0;   ///< bytes
  size_t free_memory = 0;    ///< bytes still available from the system
  int multiprocessors = 0;
  size_t shared_memory = 0;     ///< bytes a block may have if it asks for them
  double memory_gb_s = 0;       ///< peak bandwidth from clock and bus width; 0 where unknown
  int driver = 0, toolkit = 0;  ///< versions, 13000 for 13.0
};
/// Throws DeviceError if there is no such device.
Properties properties(Device device = Device::cuda());

/// Waits until everything queued on the device is done; throws DeviceError if any of it failed.
void synchronize(Device device = Device::cuda());
/// The stream (a cudaStream_t) that Lemma queues its work on, for kernels of your own.
void* current_stream(Device device = Device::cuda());

/// A mark in the device's queue of work, for timing.
class Event {
 public:
  explicit Event(Device device = Device::cuda());
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  /// Puts the mark after all work queued so far.
  void record();
  /// Waits until the device has passed the mark.
  void synchronize();
  /// Milliseconds on the device from `start`'s mark to this one; waits for both.
  double milliseconds_since(const Event& start);

 private:
  Device device_;
  void* handle_ = nullptr;
};

}  // namespace lemma::cuda
