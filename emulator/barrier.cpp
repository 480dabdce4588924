// Barriers: every thread of the block, at one place in the source.

#include "emulator/block.h"

#include <cstring>

#include "emulator/options.h"

namespace emulator {
namespace {

bool same(const Loc& a, const Loc& b) {
  return a.line == b.line && (a.file == b.file || std::strcmp(a.file, b.file) == 0);
}

// The first thread that waits; cheap, because it is among those that began first.
const unsigned* first_waiting(const Block& b) {
  for (const unsigned& t : b.order)
    if (b.threads[t].state == State::at_barrier) return &t;
  return nullptr;
}

}  // namespace

int block_barrier(int predicate, int* any, int* all, Loc at) {
  Block& b = block_in_kernel("__syncthreads");
  const unsigned parity = b.round & 1;
  void* mark = b.launch->barrier_mark(b.number, parity);
  sanitizer::release(mark);
  b.as_host();
  Wait& mine = b.waits[b.current];  // member by member: a copy by way of the stack would be slow
  mine.at.file = at.file, mine.at.line = at.line, mine.what = "__syncthreads", mine.mask = 0;
  if (b.at_barrier) {
    if (const unsigned* other = first_waiting(b); other && !same(b.waits[*other].at, at)) {
      b.fail("__syncthreads reached at different places: thread " + text(b.threads[*other].index) + " waits at " +
                 text(b.waits[*other].at),
             &at);
      b.wait();
    }
  }
  if (b.left && !options().early_exit) {
    b.fail("__syncthreads after some threads of the block have left the kernel", &at);
    b.error += b.report();
    b.wait();
  }
  b.yes[parity] += predicate != 0, b.all[parity] &= predicate != 0;
  b.threads[b.current].state = State::at_barrier;
  ++b.at_barrier;
  if (b.at_barrier + b.left == b.count) b.release_barrier();
  b.wait();
  sanitizer::acquire(mark);
  if (any) *any = b.yes[parity] != 0;
  if (all) *all = b.all[parity];
  return b.yes[parity];
}

void Block::release_barrier() {
  ++round;
  yes[round & 1] = 0, all[round & 1] = 1;
  at_barrier = 0;
  for (const unsigned t : order)
    if (threads[t].state == State::at_barrier) make_ready(t);
}

void fence() {
  Block& b = block_in_kernel("__threadfence");
  sanitizer::acquire(b.launch->fence_mark());
  sanitizer::release(b.launch->fence_mark());
}

void yield() {
  Block& b = block_in_kernel("__nanosleep");
  b.as_host();
  b.make_ready(b.current);
  b.wait(true);
}

void trap(const char* why, Loc at) {
  Block& b = block_in_kernel("__trap");
  b.as_host();
  b.fail(why, &at);
  b.wait();
  std::abort();  // nobody comes back to a kernel that failed
}

}  // namespace emulator
