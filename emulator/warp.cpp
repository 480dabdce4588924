// Warp functions: lanes leave pointers to their arguments, which lie on their own stacks, and the last to arrive
// computes for all and goes on without a switch.

#include "emulator/block.h"

namespace emulator {
namespace {
const char* const kNames[] = {
    "__shfl_sync", "__ballot_sync/__any_sync/__all_sync", "__match_sync", "__reduce_sync", "__syncwarp", "mma",
    "ldmatrix"};
}

int lane_id() { return static_cast<int>(block_in_kernel("a warp function").current % 32); }
unsigned live_lanes() {
  const Block& b = block_in_kernel("a warp function");
  return b.warps[b.current / 32].live;
}

void warp_collective(unsigned mask, Op op, void* mine, void (*compute)(unsigned, void* const*), Loc at) {
  Block& b = block_in_kernel("a warp function");
  const unsigned lane = b.current % 32, warp_number = b.current / 32;
  Warp& warp = b.warps[warp_number];
  sanitizer::release(&warp);
  b.as_host();
  const char* name = kNames[static_cast<int>(op)];
  const auto wrong = [&](const char* why) {
    b.fail(std::string(name) + ": " + why, &at);
    b.wait();
  };
  if (!(mask >> lane & 1)) wrong("the calling lane is not in the mask");
  Meeting* meeting = nullptr;
  for (unsigned i = 0; i < warp.pending; ++i) {
    Meeting& m = warp.meeting[i];
    if (m.mask != mask) continue;  // others may meet meanwhile
    if (m.op != op) wrong("other lanes of the warp wait with the same mask in a different function");
    meeting = &m;
  }
  if (!meeting) {
    meeting = &warp.meeting[warp.pending++];
    meeting->mask = mask, meeting->arrived = 0, meeting->op = op, meeting->compute = compute;
  }
  meeting->arrived |= 1u << lane;
  meeting->argument[lane] = mine;
  if (meeting->arrived == (mask & warp.live)) {
    b.hold_meetings(warp_number);
    b.as_thread();
    return;
  }
  Wait& wait = b.waits[b.current];  // member by member: a copy by way of the stack would be slow
  wait.at.file = at.file, wait.at.line = at.line, wait.what = name, wait.mask = mask;
  b.threads[b.current].state = State::in_warp;
  b.wait();
  sanitizer::acquire(&warp);
}

void Block::hold_meetings(unsigned warp_number) {
  Warp& w = warps[warp_number];
  for (unsigned i = 0; i < w.pending;) {
    Meeting& m = w.meeting[i];
    if (m.arrived != (m.mask & w.live)) {
      ++i;
      continue;
    }
    void* arguments[32];
    for (int l = 0; l < 32; ++l)  // volatile: no call of memcpy, which the race detector would see
      const_cast<void* volatile&>(arguments[l]) = m.arrived >> l & 1 ? m.argument[l] : nullptr;
    as_thread();
    sanitizer::acquire(&w);
    m.compute(m.arrived, arguments);
    sanitizer::release(&w);
    as_host();
    for (unsigned t = warp_number * 32, l = 0; l < 32 && t < count; ++l, ++t)
      if ((m.arrived >> l & 1) && threads[t].state == State::in_warp) make_ready(t);
    if (--w.pending != i) m = w.meeting[w.pending];
  }
}

}  // namespace emulator
