// The scheduler. To the race detector it is the host's thread, because the sanitizer's wrappers of memcpy, new and free
// also watch code not compiled with it; and it makes no string on a fiber's stack except when a kernel fails.

#include "emulator/block.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <numeric>

#include "emulator/options.h"
#include "emulator/watch.h"

namespace emulator {

constinit thread_local Block* active = nullptr;

Block& own_block() {
  thread_local Block block;
  return block;
}
[[gnu::cold, gnu::noinline]] void outside(const char* what) {
  throw error(std::string("emulated device: ") + what + " is called outside a kernel");
}

// What a fiber does: it runs one CUDA thread after another.
void fiber_main(void* argument) {
  auto* self = static_cast<Fiber*>(argument);
  Block& b = *self->block;
  if (__sanitizer_finish_switch_fiber) {
    const void* low = nullptr;
    std::size_t size = 0;
    __sanitizer_finish_switch_fiber(nullptr, &low, &size);
    if (b.previous == &b.host) b.host.low = low, b.host.size = size;
  }
  // Under the race detector each thread has its own stack, or neighbours would seem to race on it.
  const auto may_take = [&](unsigned t) { return !sanitizer::races() || b.watched_fiber[b.watched_number(t)] == self; };
  for (;;) {
    while (b.next < b.count && b.error.empty() && may_take(b.order[b.next])) {
      const unsigned t = b.order[b.next++];
      b.threads[t].fiber = self, b.threads[t].state = State::running;
      b.become(t);
      sanitizer::acquire(b.launch->begin_mark());
      try {
        b.launch->body.call(b.launch->body.arguments.get());
      } catch (const std::exception& e) {
        b.fail(std::string("exception in the kernel: ") + e.what(), nullptr);
      }
      sanitizer::release(b.launch->end_mark());
      b.as_host();
      b.leave(t);
    }
    b.idle.push_back(self);
    b.go_on(self, false);
  }
}

void Block::jump_to(Fiber* to) {
  Fiber* from = fiber;
  previous = from;
  fiber = to;
  if (__sanitizer_start_switch_fiber) __sanitizer_start_switch_fiber(&from->fake_stack, to->low, to->size);
  jump(from->context, to->context);
  if (__sanitizer_finish_switch_fiber) __sanitizer_finish_switch_fiber(from->fake_stack, nullptr, nullptr);
}

// Leaves a fiber that cannot go on: for a thread that can, else for a fiber that begins new ones, else back to run(),
// which finds the block over or stuck.
void Block::go_on(Fiber* self, bool begin_new) {
  if (error.empty()) {
    if (head != tail && !(begin_new && next < count)) {
      const unsigned t = ready[head];
      head = head + 1 == count + 1 ? 0 : head + 1;
      threads[t].state = State::running;
      become(t);
      if (threads[t].fiber != self) jump_to(threads[t].fiber);
      return;
    }
    if (next < count) {
      Fiber* f = nullptr;
      if (sanitizer::races()) {
        f = watched_fiber[watched_number(order[next])];
      } else if (idle.empty()) {
        f = new_fiber();
      } else {
        f = idle.back();
        idle.pop_back();
      }
      jump_to(f);
      return;
    }
  }
  jump_to(&host);
}

void Block::become(unsigned t) {
  current = t;
  threadIdx = threads[t].index;
  as_thread();
}

void Block::leave(unsigned t) {
  threads[t].state = State::left;
  ++left;
  Warp& w = warps[t / 32];
  w.live &= ~(1u << (t % 32));
  if (w.pending) hold_meetings(t / 32);
  if (at_barrier && at_barrier + left == count && options().early_exit) release_barrier();
}

Fiber* Block::new_fiber() {
  const std::size_t bytes = sanitizer::addresses() || sanitizer::races() ? 256 << 10 : 128 << 10;
  fibers.push_back(std::make_unique<Fiber>(this, bytes));
  Fiber* f = fibers.back().get();
  f->low = f->stack->low(), f->size = f->stack->size();
  restart(f);
  return f;
}
// The tops of the stacks are spread over a page, or all would compete for the same cache lines.
void Block::restart(Fiber* f) {
  const auto at = std::find_if(fibers.begin(), fibers.end(), [f](const auto& p) { return p.get() == f; });
  const auto i = static_cast<std::size_t>(at - fibers.begin());
  make_context(f->context, f->stack->low(), f->stack->size() - i % 15 * 256, fiber_main, f);
}

void Block::prepare(const Launch& l, unsigned block_number) {
  launch = &l;
  number = block_number;
  const dim3 g = l.config.grid, b = l.config.block;
  blockIdx = {number % g.x, number / g.x % g.y, number / (g.x * g.y)};
  blockDim = b, gridDim = g;
  if (b.x != shape.x || b.y != shape.y || b.z != shape.z) {
    shape = b, count = b.x * b.y * b.z;
    threads.resize(count), waits.resize(count), copies.resize(count), order.resize(count), ready.resize(count + 1);
    warps.resize((count + 31) / 32);
    for (unsigned t = 0; t < count; ++t) threads[t].index = {t % b.x, t / b.x % b.y, t / (b.x * b.y)};
  }
  for (Thread& t : threads) t.state = State::unborn;
  for (unsigned w = 0; w < warps.size(); ++w) {
    const unsigned lanes = std::min(32u, count - 32 * w);
    warps[w].live = lanes == 32 ? ~0u : (1u << lanes) - 1;
    warps[w].pending = 0;
  }
  std::iota(order.begin(), order.end(), 0u);
  if (options().order == 1) std::reverse(order.begin(), order.end());
  if (options().order == 2)
    generator.seed(options().seed + number), std::shuffle(order.begin(), order.end(), generator);
  if (copies_used) copies.assign(count, {}), copies_used = false;
  next = left = head = tail = at_barrier = round = 0;
  yes[0] = 0, all[0] = 1;
  error.clear();
  free_shared();
  dynamic_bytes = l.config.shared_bytes;
  if (const std::size_t bytes = dynamic_bytes) {
    if (posix_memalign(&dynamic, 128, bytes)) throw std::bad_alloc();
    if (options().poison) std::memset(dynamic, 0xff, bytes);
    sanitizer::mark_unwritten(dynamic, bytes);
  }
}

// Makes the race detector's threads for this block, two sets of 1024 in all: blocks of even and of odd number.
void Block::watch() {
  host_thread = __tsan_get_current_fiber();
  watched.resize(2048), watched_fiber.resize(2048);
  for (unsigned t = 0; t < count; ++t) {
    const unsigned i = watched_number(t);
    if (watched[i]) continue;
    if (!watched_fiber[i]) watched_fiber[i] = new_fiber();
    watched[i] = __tsan_create_fiber(0);
    const std::string name = "CUDA thread " + std::to_string(t) + (number & 1 ? ", odd block" : ", even block");
    __tsan_set_fiber_name(watched[i], name.c_str());
  }
  const bool full = buried > std::size_t{64} << 20;
  if (full || !options().between_blocks)
    sanitizer::acquire(launch->end_mark());  // the blocks so far come before this one
  if (full) sweep();
  sanitizer::release(launch->begin_mark());
}

void Block::run(const Launch& l, unsigned block_number) {
  prepare(l, block_number);
  if (sanitizer::races()) watch();
  {
    const Watched in_time;
    active = this;
    go_on(&host, false);  // returns when no thread can go on
    active = nullptr;
  }
  if (error.empty() && left < count) {
    error = "emulated device: deadlock: the threads wait for each other\n  in block " + text(blockIdx) + report();
  }
  if (!error.empty()) abandon();
}

// Threads of a failed kernel never finish. Their stacks are reused; kernels have no destructors to miss.
void Block::abandon() {
  for (void*& thread : watched) {
    if (!thread) continue;
    sanitizer::switch_thread(thread);
    sanitizer::release(launch->end_mark());
    as_host();
    __tsan_destroy_fiber(thread);
    thread = nullptr;
  }
  idle.clear();
  for (const auto& f : fibers) {
    sanitizer::show(f->stack->low(), f->stack->size());
    f->fake_stack = nullptr;
    restart(f.get());
    idle.push_back(f.get());
  }
}

}  // namespace emulator
