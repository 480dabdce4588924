#pragma once
/// What the environment chooses.

#include <cstddef>
#include <string>

namespace emulator {

struct Options {
  int workers;      // LEMMA_EMULATOR_WORKERS (1): system threads that run blocks; 0: one a processor
  int order;        // LEMMA_EMULATOR_ORDER (0): threads and blocks 0 forward, 1 reversed, 2 shuffled
  unsigned seed;    // LEMMA_EMULATOR_SEED (1): of the shuffle
  bool async;       // LEMMA_EMULATOR_ASYNC (0): work waits until something waits for it
  bool poison;      // LEMMA_EMULATOR_POISON (1): new memory is filled with NaN
  bool host_guard;  // LEMMA_EMULATOR_HOST_GUARD (1): with the address sanitizer, the host may not touch device memory
  bool early_exit;  // LEMMA_EMULATOR_EARLY_EXIT (0): threads may leave the kernel before others reach a barrier
  bool between_blocks;  // LEMMA_EMULATOR_BETWEEN_BLOCKS (1): with the thread sanitizer, races between blocks count too
  int devices;          // LEMMA_EMULATOR_DEVICES (1)
  std::size_t memory;   // LEMMA_EMULATOR_MEMORY (8 GiB): bytes of each device
  std::string fault;    // LEMMA_EMULATOR_FAULT: see testing.h
};

/// Read from the environment at the first call. Tests may change them between launches.
Options& options();

}  // namespace emulator
