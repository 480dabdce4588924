#pragma once
/// Shared memory. Each array of each block is a heap block of its own, made when the block first uses it and filled
/// with NaN: an overrun, a race and a value read before it is written show.

#include "emulator/scheduler.h"

/// EMULATOR_SHARED(float, tile, [32][33]);  in place of  __shared__ float tile[32][33];
#define EMULATOR_SHARED(T, name, dims)                          \
  using name##_shared_type = T dims;                            \
  static const char name##_shared_key = 0;                      \
  name##_shared_type& name = *static_cast<name##_shared_type*>( \
      emulator::shared_variable(&name##_shared_key, sizeof(name##_shared_type), alignof(name##_shared_type), #name))

/// EMULATOR_DYN_SHARED(float, buffer);  in place of  extern __shared__ float buffer[];
#define EMULATOR_DYN_SHARED(T, name) T* name = static_cast<T*>(emulator::dynamic_shared())
