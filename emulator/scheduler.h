#pragma once
/// What device functions ask of the scheduler. Each is called by a CUDA thread and acts for it.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "emulator/location.h"

namespace emulator {

/// What goes wrong in a launch or in a kernel, in words: "emulated device: ...". Thrown on the host.
struct error : std::runtime_error {
  using runtime_error::runtime_error;
};

/// The warp functions: lanes that wait together must wait in the same one.
enum class Op : int { shfl, ballot, match, reduce, syncwarp, mma, ldmatrix };

/// Waits for the lanes named in `mask` that have not left the kernel. The last to arrive runs compute(mask, arguments)
/// for all: arguments[lane] is what that lane gave as `mine`, null for lanes that take no part.
void warp_collective(unsigned mask, Op op, void* mine, void (*compute)(unsigned, void* const*), Loc);

/// Waits for every thread of the block. Returns how many gave a predicate other than 0; *any and *all say whether one
/// did and whether each did.
int block_barrier(int predicate, int* any, int* all, Loc);

/// The block's one array of dynamic shared memory.
void* dynamic_shared();
/// The block's copy of the shared variable that `key` stands for, made at its first use in the block.
void* shared_variable(const void* key, std::size_t bytes, std::size_t align, const char* name, Loc = {});

/// This thread's place in its warp, 0 to 31, and the lanes of the warp that are still in the kernel.
int lane_id();
unsigned live_lanes();
/// Lets the other threads of the block run; for loops that wait for a value.
void yield();
/// Orders memory for the race detector, as __threadfence does for the hardware.
void fence();
/// Ends the kernel with an error.
[[noreturn]] void trap(const char* why, Loc = {});

/// cp.async: queue a copy of 4, 8 or 16 bytes, close a group, wait until at most `keep` groups are left. The copies are
/// made at the wait, so that a forgotten wait shows.
void async_copy(void* to, const void* from, std::size_t bytes, std::size_t zeros = 0, Loc = {});
void async_commit();
void async_wait(unsigned keep);

/// Lists where every thread of the running block is. For the debugger: call emulator_where()
extern "C" void emulator_where();

}  // namespace emulator
