#pragma once
/// What the environment chooses: a variable EMULATOR_WORKERS, EMULATOR_ORDER, ... for each option. A program that the
/// library is built into may choose another prefix for them, by defining EMULATOR_PREFIX.

#include <cstddef>
#include <string>

namespace emulator {

struct Options {
  int workers;          // WORKERS (1): system threads that run blocks; 0: one per processor
  int order;            // ORDER (0): threads and blocks 0 forward, 1 reversed, 2 shuffled
  unsigned seed;        // SEED (1): of the shuffle
  bool async;           // ASYNC (0): work waits until something waits for it
  bool poison;          // POISON (1): new memory is filled with NaN
  bool host_guard;      // HOST_GUARD (1): with the address sanitizer, the host may not touch device memory
  bool early_exit;      // EARLY_EXIT (0): threads may leave the kernel before others reach a barrier
  bool between_blocks;  // BETWEEN_BLOCKS (1): with the thread sanitizer, races between blocks count too
  int devices;          // DEVICES (1)
  std::size_t memory;   // MEMORY (8 GiB): bytes of each device
  int timeout;          // TIMEOUT (60): seconds that one block may run; 0: any
  std::string fault;    // FAULT: see testing.h
};

/// Read from the environment at the first call. Tests may change them between launches.
Options& options();

}  // namespace emulator
