#include "core/cpu_allocator.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include "core/size_classes.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace lemma {
namespace {

using namespace size_classes;

class SpinLock {
 public:
  void lock() {
    while (flag_.test_and_set(std::memory_order_acquire)) {
    }
  }
  void unlock() { flag_.clear(std::memory_order_release); }

 private:
  std::atomic_flag flag_;
};

struct FreeBlock {
  FreeBlock* next;
};

// Never destroyed: tensors in static variables outlive any order of destruction.
struct Cache {
  SpinLock lock;
  FreeBlock* free[kCount] = {};
  size_t active = 0, peak = 0, cached = 0, requests = 0;
  // Blocks of each class that trim() gave back, and how far it has been too eager: what was missed later is kept from
  // then on.
  uint32_t given_back[kCount] = {};
  size_t patience = 0;

  void* from_system(size_t bytes) {
    constexpr size_t kHuge = size_t{1} << 21;  // large blocks on huge pages: fewer page faults
    const size_t alignment = bytes >= kHuge ? kHuge : 64;
    void* block = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (!block) throw std::bad_alloc();
#if defined(__linux__)
    if (bytes >= kHuge) madvise(block, bytes, MADV_HUGEPAGE);
#endif
    return block;
  }

  // Requires the lock. Largest classes first, until no more than `keep` bytes stay.
  void trim(size_t keep) {
    for (size_t i = kCount; i-- > 0 && cached > keep;) {
      while (free[i] && cached > keep) {
        FreeBlock* block = free[i];
        free[i] = block->next;
        cached -= class_bytes(i);
        ++given_back[i];
        std::free(block);
      }
    }
  }
};

Cache& cache() {
  static Cache* instance = new Cache;
  return *instance;
}

struct Guard {
  explicit Guard(SpinLock& l) : lock(l) { lock.lock(); }
  ~Guard() { lock.unlock(); }
  SpinLock& lock;
};

}  // namespace

namespace cpu_allocator {

void* allocate(size_t bytes) {
  const size_t index = class_of(bytes), size = class_bytes(index);
  Cache& c = cache();
  Guard guard(c.lock);
  void* block = c.free[index];
  if (block) {
    c.free[index] = c.free[index]->next;
    c.cached -= size;
  } else {
    // Idle blocks of other sizes go back first once they exceed half of the most ever used, so a process stays near its
    // peak. A loop that misses them the next time round raises that bound, up to the peak, and then asks for nothing
    // more.
    if (c.given_back[index] > 0) {
      --c.given_back[index];
      c.patience = std::min(c.patience + size, c.peak / 2);
    }
    if (size >= 65536) c.trim(std::max<size_t>(size_t{32} << 20, c.peak / 2) + c.patience);
    ++c.requests;
    block = c.from_system(size);
  }
  c.active += bytes;
  if (c.active > c.peak) c.peak = c.active;
  return block;
}

void release(void* block, size_t bytes) {
  const size_t index = class_of(bytes);
  Cache& c = cache();
  Guard guard(c.lock);
  auto* freed = static_cast<FreeBlock*>(block);
  freed->next = c.free[index];
  c.free[index] = freed;
  c.cached += class_bytes(index);
  c.active -= bytes;
}

Figures figures() {
  const Cache& c = cache();
  return {c.active, c.peak, c.cached, c.requests};
}
void reset_peak() {
  Cache& c = cache();
  Guard guard(c.lock);
  c.peak = c.active;
}
void empty_cache() {
  Cache& c = cache();
  Guard guard(c.lock);
  c.trim(0);
}

}  // namespace cpu_allocator
}  // namespace lemma
