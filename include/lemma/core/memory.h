#pragma once
/// Memory held by tensors, per device. A caching allocator keeps freed blocks, so in the steady state a training step
/// asks the system for nothing.

#include <cstddef>

#include "lemma/core/device.h"

namespace lemma::memory {

/// Bytes now in live tensors.
size_t active(Device device = Device::cpu());
/// The most that `active` has been since the start or the last reset_peak().
size_t peak(Device device = Device::cpu());
/// Bytes kept for reuse: taken from the system, but not now in any tensor.
size_t cached(Device device = Device::cpu());
/// How many times the allocator had to ask the system for a block.
size_t system_requests(Device device = Device::cpu());
/// Gives all cached blocks back to the system.
void empty_cache(Device device = Device::cpu());
void reset_peak(Device device = Device::cpu());

}  // namespace lemma::memory
