#include "kernels/cpu/thread_pool.h"

#include <pthread.h>

#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>

#include "core/cpu_allocator.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lemma::kernels::cpu {
namespace {

thread_local bool inside = false;

void pause_briefly() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

/// One loop at a time. Helpers enter it while it is open; its owner closes it and waits until they have left.
class Pool {
 public:
  void run(int threads, int64_t parts, void (*part)(const void*, int64_t), const void* context) {
    start_helpers(threads - 1);
    part_ = part, context_ = context, parts_ = parts, helpers_wanted_ = threads - 1;
    next_.store(0, std::memory_order_relaxed);
    open_.store(true);
    loops_.fetch_add(1);
    loops_.notify_all();
    work();
    open_.store(false);
    for (int spin = 0; inside_count_.load() != 0; ++spin) {
      if (spin < 10000)
        pause_briefly();
      else
        std::this_thread::yield();
    }
  }
  std::mutex owner;

 private:
  void work() {
    inside = true;
    for (int64_t i = next_.fetch_add(1); i < parts_; i = next_.fetch_add(1)) part_(context_, i);
    inside = false;
  }

  // If the system gives no more threads there are fewer helpers, which changes the time and nothing else.
  void start_helpers(int wanted) {
    while (helpers_ < wanted) {
      try {
        std::thread(&Pool::help, this, helpers_).detach();
      } catch (const std::system_error&) {
        return;
      }
      ++helpers_;
    }
  }

  void help(int id) {
    uint32_t seen = 0;
    for (;;) {
      for (int spin = 0; spin < 4000 && loops_.load(std::memory_order_relaxed) == seen; ++spin) pause_briefly();
      loops_.wait(seen);  // returns at once if there has been another loop
      seen = loops_.load();
      // Counted before looking: either the owner sees this helper, or the helper sees that the loop is closed.
      inside_count_.fetch_add(1);
      if (open_.load() && id < helpers_wanted_) work();
      inside_count_.fetch_sub(1);
    }
  }

  void (*part_)(const void*, int64_t) = nullptr;
  const void* context_ = nullptr;
  int64_t parts_ = 0;
  int helpers_wanted_ = 0, helpers_ = 0;
  alignas(64) std::atomic<int64_t> next_{0};
  alignas(64) std::atomic<bool> open_{false};
  std::atomic<int> inside_count_{0};
  alignas(64) std::atomic<uint32_t> loops_{0};
};

// Never destroyed: helpers may still wait in it when the program ends.
Pool*& instance() {
  static Pool* one = nullptr;
  return one;
}

// Fork copies only the thread that calls it, so a child has no helpers, and one that was inside a loop would never
// leave it: no loop runs meanwhile, and the child gets a new pool. A part that forks leaves the pool taken, and works
// alone.
void before_fork() {
  if (!inside) instance()->owner.lock();
}
void after_fork() {
  if (!inside) instance()->owner.unlock();
}
void in_child() {
  if (!inside) instance() = new Pool;
}

Pool& pool() {
  static const bool made = [] {
    cpu_allocator::figures();  // its handler comes first, so the pool's runs first: a loop may yet need the allocator
    instance() = new Pool;
    return ::pthread_atfork(before_fork, after_fork, in_child) == 0;
  }();
  (void)made;
  return *instance();
}

}  // namespace

bool inside_parallel_part() { return inside; }

void run_parts(int threads, int64_t parts, void (*part)(const void*, int64_t), const void* context) {
  Pool& shared = pool();
  const std::unique_lock<std::mutex> lock(shared.owner, std::try_to_lock);
  if (lock) return shared.run(threads, parts, part, context);
  for (int64_t i = 0; i < parts; ++i) part(context, i);
}

}  // namespace lemma::kernels::cpu
