// The caching allocator of the CUDA devices: cudaMalloc stops the whole device, so freed blocks are kept and handed out
// again. LEMMA_CUDA_CACHE=0 turns keeping off, and then each block has exactly the bytes asked for, so that nothing
// hides an overrun from a sanitizer.

#include "core/cuda/allocator.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

#include <fmt/format.h>

#include "core/cuda/runtime.h"
#include "core/size_classes.h"
#include "lemma/core/error.h"

namespace lemma::cuda_allocator {
namespace {

using namespace size_classes;

struct Cache {
  std::mutex mutex;
  std::array<std::vector<void*>, kCount> free;
  Figures figures{};
  size_t held = 0;  // bytes taken from the device, in tensors or kept
};

// Never destroyed: tensors in static variables outlive any order of destruction.
Cache& cache_of(Device device) {
  cuda::use(device);
  static auto* caches = new std::array<Cache, 16>;
  return (*caches)[static_cast<size_t>(device.index())];
}

bool keeps_blocks() {
  static const bool keeps = [] {
    const char* value = std::getenv("LEMMA_CUDA_CACHE");
    return value && *value ? *value != '0' : !LEMMA_CUDA_SANITIZED;
  }();
  return keeps;
}

// "1500000", "800M" or "6G"; 0: no limit.
size_t limit_from(const char* text) {
  if (!text || !*text) return 0;
  char* end = nullptr;
  const double number = std::strtod(text, &end);
  size_t factor = 1;
  for (size_t i = 0; *end && i < 3; ++i)
    if (std::toupper(*end) == "KMG"[i]) factor = size_t{1} << (10 * (i + 1)), ++end, i = 3;
  const double bytes = number * static_cast<double>(factor);
  const bool plain = std::strspn(text, "0123456789.KMGkmg") == std::strlen(text);
  if (*end || end == text || !plain || !(bytes >= 1 && bytes < 0x1p62))
    throw ValueError("LEMMA_MEMORY_LIMIT",
                     fmt::format("'{}' is no size; give bytes, or a number with K, M or G, such as 6G", text));
  return static_cast<size_t>(bytes);
}
size_t limit() {
  static const size_t bytes = limit_from(std::getenv("LEMMA_MEMORY_LIMIT"));
  return bytes;
}

std::string size_text(size_t bytes) {
  const double b = static_cast<double>(bytes);
  if (b >= 1 << 30) return fmt::format("{:.2f} GiB", b / (1 << 30));
  if (b >= 1 << 20) return fmt::format("{:.1f} MiB", b / (1 << 20));
  return fmt::format("{} bytes", bytes);
}

[[noreturn]] void no_room(size_t bytes, Device device, const Figures& f) {
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

// Requires the lock.
void give_back(Cache& c) {
  // Work on these blocks may still be queued.
  if (c.figures.cached > 0) cudaStreamSynchronize(cuda::stream());
  for (size_t i = 0; i < kCount; ++i) {
    for (void* block : c.free[i]) {
      cudaFree(block);
      c.figures.cached -= class_bytes(i);
      c.held -= class_bytes(i);
    }
    c.free[i].clear();
  }
}

// Requires the lock.
void* from_device(Cache& c, size_t bytes, Device device) {
  void* block = nullptr;
  for (const bool again : {false, true}) {
    if (limit() == 0 || c.held + bytes <= limit()) {
      ++c.figures.requests;
      const cudaError_t status = cudaMalloc(&block, std::max<size_t>(bytes, 1));
      if (status == cudaSuccess) return block;
      if (status != cudaErrorMemoryAllocation)
        cuda::check(status, "taking " + size_text(bytes) + " of " + device.str());
      cudaGetLastError();
    }
    if (!again) give_back(c);
  }
  no_room(bytes, device, c.figures);
}

size_t class_for(size_t bytes) { return class_of(std::max<size_t>(bytes, 512)); }
size_t taken_for(size_t bytes) { return keeps_blocks() ? class_bytes(class_for(bytes)) : bytes; }

}  // namespace

void* allocate(size_t bytes, Device device) {
  Cache& c = cache_of(device);
  const std::lock_guard guard(c.mutex);
  void* block = nullptr;
  std::vector<void*>& free = c.free[class_for(bytes)];
  if (!free.empty()) {
    block = free.back();
    free.pop_back();
    c.figures.cached -= taken_for(bytes);
  } else {
    block = from_device(c, taken_for(bytes), device);
    c.held += taken_for(bytes);
  }
  c.figures.active += bytes;
  c.figures.peak = std::max(c.figures.peak, c.figures.active);
  return block;
}

void release(void* block, size_t bytes, Device device) noexcept {
  try {
    Cache& c = cache_of(device);
    const std::lock_guard guard(c.mutex);
    c.figures.active -= bytes;
    if (keeps_blocks()) {
      c.free[class_for(bytes)].push_back(block);
      c.figures.cached += taken_for(bytes);
    } else {
      cudaStreamSynchronize(cuda::stream());
      cudaFree(block);
      c.held -= bytes;
    }
  } catch (...) {  // a lost device has lost its memory too
  }
}

Figures figures(Device device) {
  Cache& c = cache_of(device);
  const std::lock_guard guard(c.mutex);
  return c.figures;
}
void reset_peak(Device device) {
  Cache& c = cache_of(device);
  const std::lock_guard guard(c.mutex);
  c.figures.peak = c.figures.active;
}
void empty_cache(Device device) {
  Cache& c = cache_of(device);
  const std::lock_guard guard(c.mutex);
  give_back(c);
}

}  // namespace lemma::cuda_allocator
