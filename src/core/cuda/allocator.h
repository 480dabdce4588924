#pragma once
/// Memory of the CUDA devices: a caching allocator for each. Every build has these; without CUDA they throw.

#include "core/caching_allocator.h"
#include "lemma/core/device.h"

namespace lemma::cuda_allocator {

/// Room for `bytes` on the device, aligned to 256. A block freed before may be handed out while work on it is still
/// queued: all work of a device is in one stream, so the new owner's work comes after. Throws Error when there is no
/// room.
void* allocate(size_t bytes, Device device);
void release(void* block, size_t bytes, Device device) noexcept;

MemoryFigures figures(Device device);
void reset_peak(Device device);
void empty_cache(Device device);

}  // namespace lemma::cuda_allocator
