#pragma once
/// A block while it runs: its threads, its barrier, its warps, and the fibers that carry the threads.
///
/// One system thread runs one block at a time. A fiber takes the next CUDA thread, runs the kernel, takes the next: a
/// kernel that never waits runs on one fiber, without a switch. A thread that waits keeps its fiber, and another fiber
/// goes on with the threads that have not begun.

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "emulator/builtins.h"
#include "emulator/fiber.h"
#include "emulator/launch.h"
#include "emulator/sanitizer.h"

namespace emulator {

/// A running launch.
struct Launch {
  LaunchConfig config;
  Body body;
  unsigned blocks;
  // Addresses that represent, to the race detector, the launch's start and end and each block's barrier in even and
  // odd rounds.
  std::unique_ptr<char[]> marks;
  void* begin_mark() const { return marks.get(); }
  void* end_mark() const { return marks ? marks.get() + 1 : nullptr; }
  void* fence_mark() const { return marks ? marks.get() + 2 : nullptr; }
  void* barrier_mark(unsigned block, unsigned round) const {
    return marks ? marks.get() + 3 + 2 * std::size_t{block} + (round & 1) : nullptr;
  }
};

class Block;

struct Fiber {
  Fiber(Block* b, std::size_t bytes) : block(b), stack(bytes ? new Stack(bytes) : nullptr) {}
  Block* block;
  std::unique_ptr<Stack> stack;  // null: the system thread's own
  Context context;
  const void* low = nullptr;  // the stack as the address sanitizer sees it
  std::size_t size = 0;
  void* fake_stack = nullptr;
};

enum class State : std::uint8_t { unborn, running, ready, at_barrier, in_warp, left };
struct Thread {
  uint3 index;
  State state;
  Fiber* fiber;
};
/// Where a thread waits, for messages.
struct Wait {
  Loc at;
  const char* what;
  unsigned mask;
};

/// Lanes that meet in one warp function.
struct Meeting {
  unsigned mask, arrived;
  Op op;
  void (*compute)(unsigned, void* const*);
  void* argument[32];
};
struct Warp {
  unsigned live, pending;
  Meeting meeting[32];  // the first `pending`; a lane waits in one at most
};

struct SharedArray {
  const void* key;
  void* memory;
};

/// The copies by cp.async that a thread has queued: closed groups, oldest first, and the open one.
struct Copies {
  struct Copy {
    void* to;
    const void* from;
    std::size_t bytes, zeros;
  };
  std::vector<std::vector<Copy>> groups;
  std::vector<Copy> open;
};

class Block {
 public:
  ~Block() { free_shared(); }

  /// Runs block number `number` of the launch; `error` is empty if all went well.
  void run(const Launch& l, unsigned number);
  /// Frees what the race detector needed until the launch was over.
  void sweep();

  // ---- For the threads ----
  /// Stops the running thread until somebody makes it ready; begin_new prefers threads that have not begun.
  void wait(bool begin_new = false) { go_on(fiber, begin_new); }
  void make_ready(unsigned t) {
    threads[t].state = State::ready;
    ready[tail] = t;
    tail = tail + 1 == count + 1 ? 0 : tail + 1;
  }
  /// Ends the kernel: the first line of the message, and where. The caller frees its strings and waits, because
  /// nobody returns to its stack.
  void fail(const std::string& why, const Loc* at);
  /// Ends a kernel that has run for so many seconds, on the stack of its running thread; returns only where none runs.
  void stop_after(int seconds);
  /// What each thread does, neighbours that do the same in one line.
  std::string report() const;
  void release_barrier();
  /// Runs every meeting of the warp whose lanes are all there.
  void hold_meetings(unsigned warp);
  void free_shared();
  /// From here on the race detector sees the scheduler, or the running thread.
  void as_host() { sanitizer::switch_thread(host_thread); }
  void as_thread() {
    if (sanitizer::races()) sanitizer::switch_thread(watched[watched_number(current)]);
  }

  const Launch* launch = nullptr;
  std::string error;
  std::vector<Thread> threads;
  std::vector<Wait> waits;  // of each thread
  std::vector<Warp> warps;
  std::vector<unsigned> order;  // in which threads begin
  unsigned number = 0, count = 0, current = 0, left = 0;

  // The barrier. Sums of even and odd rounds: a fast thread may be in the next round before a slow one has read.
  unsigned at_barrier = 0, round = 0;
  int yes[2], all[2];

  std::vector<SharedArray> shared;
  std::size_t static_bytes = 0, dynamic_bytes = 0;
  void* dynamic = nullptr;
  std::vector<Copies> copies;
  bool copies_used = false;

 private:
  friend void fiber_main(void*);
  void prepare(const Launch& l, unsigned number);
  void watch();
  void abandon();
  void go_on(Fiber* self, bool begin_new);
  void jump_to(Fiber* to);
  void become(unsigned t);
  void leave(unsigned t);
  Fiber* new_fiber();
  void restart(Fiber* f);
  unsigned watched_number(unsigned t) const { return (number & 1) * 1024 + t; }  // neighbours share no thread

  Fiber host{this, 0};
  Fiber* fiber = &host;
  Fiber* previous = &host;
  std::vector<std::unique_ptr<Fiber>> fibers;
  std::vector<Fiber*> idle;
  dim3 shape{0, 0, 0};
  unsigned next = 0;            // in `order`
  std::vector<unsigned> ready;  // a ring
  unsigned head = 0, tail = 0;
  std::mt19937 generator;
  void* host_thread = nullptr;  // the race detector's threads, and the fiber of each
  std::vector<void*> watched;
  std::vector<Fiber*> watched_fiber;
  std::vector<void*> graveyard;
  std::size_t buried = 0;  // bytes
};

/// The block that this system thread runs, or null. No guard: every device function comes through here.
extern constinit thread_local Block* active;
/// The same for a device function; throws outside a kernel.
[[noreturn]] void outside(const char* what);
inline Block& block_in_kernel(const char* what) {
  if (!active) [[unlikely]]
    outside(what);
  return *active;
}
/// This system thread's own.
Block& own_block();

std::string text(const uint3& index);  // (1,2,3)
std::string text(const Loc& at);       // softmax.cu:18
/// kernel "softmax" grid (4,1,1) block (128,1,1) launched at softmax.cu:61
std::string text(const LaunchConfig& config);

}  // namespace emulator
