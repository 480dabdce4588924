// The system's memory behind the caching allocator.

#include "core/cpu_allocator.h"

#include <pthread.h>

#include <cstdint>
#include <cstdlib>
#include <new>

#include "core/memory_limit.h"
#include "core/poison.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace lemma::cpu_allocator {
namespace {

size_t limit() {
  static const size_t bytes = memory_limit::from_environment();
  return bytes == 0 ? SIZE_MAX : bytes;
}

struct System {
  static size_t class_of(size_t bytes) { return size_classes::class_of(bytes); }
  static bool keeps_blocks() { return true; }
  /// As much as was ever in use at once, so a process stays near its peak and a loop finds its blocks again. At least
  /// 128 MiB: a text that grows token by token asks for other sizes each time.
  static size_t kept_at_most(size_t peak) { return std::max<size_t>(size_t{128} << 20, peak); }

  // The system promises more than it has and ends who uses it: what is beyond all limits, or leaves it next to nothing,
  // is refused here.
  static bool allowed(size_t bytes, size_t held) {
    constexpr size_t kSmall = size_t{1} << 20;  // what a run on another device needs beside it
    constexpr size_t kLarge = size_t{1} << 24;  // less is not worth asking the system
    if (bytes > kSmall && (held > limit() || bytes > limit() - held)) return false;
    if (bytes < kLarge) return true;
    const size_t left = memory_limit::left_by_system();
    return bytes <= left - left / 8;
  }

  static void* take(size_t bytes, size_t held) {
    if (!allowed(bytes, held)) return nullptr;
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

[[maybe_unused]] size_t room_of(size_t bytes) { return size_classes::class_bytes(size_classes::class_of(bytes)); }

// Never destroyed: tensors in static variables outlive any order of destruction.
CachingAllocator<System>& cache() {
  static auto* instance = [] {
    auto* const made = new CachingAllocator<System>(System{});
    ::pthread_atfork([] { cache().lock().lock(); }, [] { cache().lock().unlock(); }, [] { cache().lock().unlock(); });
    return made;
  }();
  return *instance;
}

}  // namespace

void* allocate(size_t bytes) {
  void* block = cache().allocate(bytes);
  if (!block) throw std::bad_alloc();
  if constexpr (poison::kActive) poison::open(block, bytes, room_of(bytes));
  return block;
}
void release(void* block, size_t bytes) {
  if constexpr (poison::kActive) poison::open(block, 0, room_of(bytes));
  cache().release(block, bytes);
}
bool is_limited() { return limit() != SIZE_MAX; }
MemoryFigures figures() { return cache().figures(); }
void reset_peak() { cache().reset_peak(); }
void empty_cache() { cache().empty_cache(); }

}  // namespace lemma::cpu_allocator
