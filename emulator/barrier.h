#pragma once
/// Barriers of a block and fences.

#include "emulator/scheduler.h"

inline void __syncthreads(emulator::Loc at = {}) { emulator::block_barrier(0, nullptr, nullptr, at); }
inline int __syncthreads_count(int predicate, emulator::Loc at = {}) {
  return emulator::block_barrier(predicate, nullptr, nullptr, at);
}
inline int __syncthreads_or(int predicate, emulator::Loc at = {}) {
  int any = 0;
  emulator::block_barrier(predicate, &any, nullptr, at);
  return any;
}
inline int __syncthreads_and(int predicate, emulator::Loc at = {}) {
  int all = 0;
  emulator::block_barrier(predicate, nullptr, &all, at);
  return all;
}
inline void __threadfence() { emulator::fence(); }
inline void __threadfence_block() { emulator::fence(); }
inline void __nanosleep(unsigned) { emulator::yield(); }
inline void __trap(emulator::Loc at = {}) { emulator::trap("__trap()", at); }
