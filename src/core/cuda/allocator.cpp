// A CUDA device's memory behind the caching allocator: cudaMalloc stops the whole device. LEMMA_CUDA_CACHE=0 turns
// the cache off: then each block has exactly the bytes asked for, so that nothing hides an overrun from a sanitizer.

#include "core/cuda/allocator.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "core/cuda/runtime.h"
#include "core/memory_limit.h"
#include "lemma/core/error.h"

namespace lemma::cuda_allocator {
namespace {

bool keeps() {
  static const bool keeps = [] {
    const char* value = std::getenv("LEMMA_CUDA_CACHE");
    return value && *value ? *value != '0' : !LEMMA_CUDA_SANITIZED;
  }();
  return keeps;
}

size_t limit() {
  static const size_t bytes = memory_limit::from_environment();
  return bytes;
}

std::string size_text(size_t bytes) {
  const double b = static_cast<double>(bytes);
  if (b >= 1 << 30) return fmt::format("{:.2f} GiB", b / (1 << 30));
  if (b >= 1 << 20) return fmt::format("{:.1f} MiB", b / (1 << 20));
  return fmt::format("{} bytes", bytes);
}

[[noreturn]] void no_room(size_t bytes, Device device, const MemoryFigures& f) {
  size_t free = 0, total = 0;
  cudaMemGetInfo(&free, &total);
  cudaGetLastError();
  throw MemoryError(
      "memory",
      fmt::format("{} has no room for {}: {} are in tensors, {} cached, {} free of {}{}; a smaller batch or shorter "
                  "sequences need less",
                  device.str(), size_text(bytes), size_text(f.active), size_text(f.cached), size_text(free),
                  size_text(total), limit() ? ", and LEMMA_MEMORY_LIMIT is " + size_text(limit()) : ""));
}

// The current device's memory.
struct OnDevice {
  Device device;

  static bool keeps_blocks() { return keeps(); }
  static size_t class_of(size_t bytes) { return size_classes::class_of(std::max<size_t>(bytes, 512)); }
  /// All of it: nobody else waits for a GPU's memory, and giving it back stops the device.
  static size_t kept_at_most(size_t) { return std::numeric_limits<size_t>::max(); }

  void* take(size_t bytes, size_t held) const {
    if (limit() != 0 && held + bytes > limit()) return nullptr;
    void* block = nullptr;
    const cudaError_t status = cudaMalloc(&block, std::max<size_t>(bytes, 1));
    if (status == cudaSuccess) return block;
    if (status != cudaErrorMemoryAllocation) cuda::check(status, "taking " + size_text(bytes) + " of " + device.str());
    cudaGetLastError();
    return nullptr;
  }
  static void give_back(std::span<void* const> blocks) {
    cudaStreamSynchronize(cuda::stream());  // work on these blocks may still be queued
    for (void* block : blocks) cudaFree(block);
  }
};

// Never destroyed: tensors in static variables outlive any order of destruction.
CachingAllocator<OnDevice>& cache_of(Device device) {
  cuda::use(device);
  static auto* caches = [] {
    auto* all = new std::deque<CachingAllocator<OnDevice>>;
    for (int index = 0; index < Device::kMaxDevices; ++index) all->emplace_back(OnDevice{Device::cuda(index)});
    return all;
  }();
  return (*caches)[static_cast<size_t>(device.index())];
}

}  // namespace

void* allocate(size_t bytes, Device device) {
  CachingAllocator<OnDevice>& cache = cache_of(device);
  if (void* block = cache.allocate(bytes)) return block;
  no_room(keeps() ? size_classes::class_bytes(OnDevice::class_of(bytes)) : bytes, device, cache.figures());
}

void release(void* block, size_t bytes, Device device) noexcept {
  try {
    cache_of(device).release(block, bytes);
  } catch (...) {  // a lost device has lost its memory too
  }
}

MemoryFigures figures(Device device) { return cache_of(device).figures(); }
void reset_peak(Device device) { cache_of(device).reset_peak(); }
void empty_cache(Device device) { cache_of(device).empty_cache(); }

}  // namespace lemma::cuda_allocator
