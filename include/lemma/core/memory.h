#pragma once
/// Memory held by tensors, per device. A caching allocator keeps freed blocks, so a training step in its steady state
/// asks the system for nothing.

#include <cstddef>

#include "lemma/core/device.h"

namespace lemma::memory {

/// Bytes in live tensors now.
size_t active(Device device = Device::cpu());
/// The most that `active` has been since the start or the last reset_peak().
size_t peak(Device device = Device::cpu());
/// Bytes kept for reuse: taken from the system, in no tensor now.
size_t cached(Device device = Device::cpu());
/// Times the allocator had to ask the system for a block.
size_t system_requests(Device device = Device::cpu());
/// Gives all cached blocks back to the system.
void empty_cache(Device device = Device::cpu());
void reset_peak(Device device = Device::cpu());

}  // namespace lemma::memory
