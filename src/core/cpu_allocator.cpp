// The system's memory behind the caching allocator.

#include "core/cpu_allocator.h"

#include <cstdlib>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace lemma::cpu_allocator {
namespace {

struct System {
  static size_t class_of(size_t bytes) { return size_classes::class_of(bytes); }
  static bool keeps_blocks() { return true; }
  /// As much as was ever in use at once, so a process stays near its peak and a loop finds its blocks again.
  static size_t kept_at_most(size_t peak) { return std::max<size_t>(size_t{32} << 20, peak); }

  static void* take(size_t bytes, size_t) {
    constexpr size_t kHuge = size_t{1} << 21;  // large blocks on huge pages: fewer page faults
    const size_t alignment = bytes >= kHuge ? kHuge : 64;
    void* block = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
#if defined(__linux__)
    if (block && bytes >= kHuge) madvise(block, bytes, MADV_HUGEPAGE);
#endif
    return block;
  }
  static void give_back(std::span<void* const> blocks) {
    for (void* block : blocks) std::free(block);
  }
};

// Never destroyed: tensors in static variables outlive any order of destruction.
CachingAllocator<System>& cache() {
  static auto* instance = new CachingAllocator<System>(System{});
  return *instance;
}

}  // namespace

void* allocate(size_t bytes) {
  void* block = cache().allocate(bytes);
  if (!block) throw std::bad_alloc();
  return block;
}
void release(void* block, size_t bytes) { cache().release(block, bytes); }
MemoryFigures figures() { return cache().figures(); }
void reset_peak() { cache().reset_peak(); }
void empty_cache() { cache().empty_cache(); }

}  // namespace lemma::cpu_allocator
