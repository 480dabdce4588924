#pragma once
/// Copies from global to shared memory that go on while the thread computes (cuda_pipeline.h).

#include "emulator/scheduler.h"

inline void __pipeline_memcpy_async(void* to, const void* from, std::size_t bytes, std::size_t zeros = 0,
                                    emulator::Loc at = {}) {
  emulator::async_copy(to, from, bytes, zeros, at);
}
inline void __pipeline_commit() { emulator::async_commit(); }
inline void __pipeline_wait_prior(unsigned keep) { emulator::async_wait(keep); }
