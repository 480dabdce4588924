#pragma once
/// The caching allocator, one for every source of memory: the system's, a CUDA device's.
///
/// A freed block is kept by its size class, and the next request of that class takes it. If none is kept, the largest
/// blocks go back to the source until no more bytes are kept than it allows, and then it is asked for a new one. A
/// source that has no room gets everything back and is asked once more.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <new>
#include <span>
#include <thread>
#include <vector>

#include "core/size_classes.h"

namespace lemma {

/// A lock for a few instructions. Threads that find it taken sleep a moment, so the owner never has to wake one.
class ShortLock {
 public:
  void lock() {
    while (taken_.test_and_set(std::memory_order_acquire)) std::this_thread::sleep_for(std::chrono::microseconds(1));
  }
  void unlock() { taken_.clear(std::memory_order_release); }

 private:
  std::atomic_flag taken_;
};

struct MemoryFigures {
  size_t active, peak, cached, requests;
};

/// A Source has
///   take(bytes, held): a block, or null where it has no room; `held` bytes are already taken from it
///   give_back(blocks): no work uses them, or it waits until none does
///   class_of(bytes), kept_at_most(peak), keeps_blocks(): how it rounds up; how much may lie idle; whether any may.
/// The lock is never held while the source is asked.
template <class Source>
class CachingAllocator {
 public:
  explicit CachingAllocator(Source source) : source_(std::move(source)) {}

  /// Room for `bytes`, or null.
  void* allocate(size_t bytes) {
    const size_t index = Source::class_of(bytes), size = size_of(index, bytes);
    {
      const Guard guard(lock_);
      if (std::vector<void*>& kept = kept_[index]; !kept.empty()) {
        void* block = kept.back();
        kept.pop_back();
        figures_.cached -= size;
        return handed_out(block, bytes);
      }
    }
    void* block = from_source(size);
    if (!block) return nullptr;
    const Guard guard(lock_);
    return handed_out(block, bytes);
  }

  /// `bytes` as they were asked for.
  void release(void* block, size_t bytes) {
    const size_t index = Source::class_of(bytes), size = size_of(index, bytes);
    const bool keeps = source_.keeps_blocks();
    {
      const Guard guard(lock_);
      figures_.active -= bytes;
      if (keeps && keep(index, block)) {
        figures_.cached += size;
        return;
      }
      held_ -= size;
    }
    source_.give_back(std::span<void* const>(&block, 1));
  }

  void empty_cache() { give_back_beyond(0); }
  MemoryFigures figures() {
    const Guard guard(lock_);
    return figures_;
  }
  void reset_peak() {
    const Guard guard(lock_);
    figures_.peak = figures_.active;
  }
  /// For fork: held meanwhile, the lock is open in the child too, and nothing is half changed.
  ShortLock& lock() { return lock_; }

 private:
  struct Guard {
    explicit Guard(ShortLock& l) : lock(l) { lock.lock(); }
    ~Guard() { lock.unlock(); }
    ShortLock& lock;
  };

  size_t size_of(size_t index, size_t bytes) const {
    return source_.keeps_blocks() ? size_classes::class_bytes(index) : bytes;
  }

  // Requires the lock.
  void* handed_out(void* block, size_t bytes) {
    figures_.active += bytes;
    figures_.peak = std::max(figures_.peak, figures_.active);
    return block;
  }

  void* from_source(size_t size) {
    constexpr size_t kLarge = 65536;  // less is not worth giving others back
    if (size >= kLarge) give_back_beyond(source_.kept_at_most(figures().peak));
    for (const bool again : {false, true}) {
      size_t held = 0;
      {
        const Guard guard(lock_);
        held = held_;
        held_ += size;
        ++figures_.requests;
      }
      if (void* block = source_.take(size, held)) return block;
      {
        const Guard guard(lock_);
        held_ -= size;
      }
      if (!again) give_back_beyond(0);
    }
    return nullptr;
  }

  // False where there is no memory to remember it: the tensor whose block it is must go all the same. Requires the
  // lock.
  bool keep(size_t index, void* block) {
    try {
      kept_[index].push_back(block);
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

  // Largest classes first, until no more than `allowed` bytes are kept. Some at a time, in place: it must work where no
  // memory is left.
  void give_back_beyond(size_t allowed) {
    std::array<void*, 256> blocks;
    for (size_t count = blocks.size(); count == blocks.size();) {
      count = 0;
      {
        const Guard guard(lock_);
        for (size_t i = size_classes::kCount; i-- > 0 && figures_.cached > allowed;)
          while (!kept_[i].empty() && figures_.cached > allowed && count < blocks.size()) {
            blocks[count++] = kept_[i].back();
            kept_[i].pop_back();
            figures_.cached -= size_classes::class_bytes(i);
            held_ -= size_classes::class_bytes(i);
          }
      }
      if (count > 0) source_.give_back({blocks.data(), count});
    }
  }

  Source source_;
  ShortLock lock_;
  std::array<std::vector<void*>, size_classes::kCount> kept_;
  MemoryFigures figures_{};
  size_t held_ = 0;  // bytes taken from the source, in use or kept
};

}  // namespace lemma
