#pragma once
/// Memory held by tensors, per device. A caching allocator keeps freed blocks, so in the steady state a training step
/// asks the system for nothing.

#include <cstddef>
#include <string>

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
void reset_peak(Device device = Device::cpu());  ///< sets peak() to what is in use now

/// Bytes that tensors can still take: what LEMMA_MEMORY_LIMIT (bytes, or a number with K, M, G or T), the system, its
/// control group and the process's limit leave of the CPU's memory, or what is free on a CUDA device. An estimate:
/// other programs take and give back too.
size_t available(Device device = Device::cpu());
/// Throws MemoryError, naming `where` and `what` asks for it, unless `bytes` more are available: cheaper than to run
/// out half-way, or to be ended by the system. `bytes` is a double, for sums that no integer holds.
void require(const std::string& where, const std::string& what, double bytes, Device device = Device::cpu());

}  // namespace lemma::memory
