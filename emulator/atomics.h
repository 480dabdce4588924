#pragma once
/// Atomics, for the types that CUDA has them for: relaxed, real ones, so that two workers and the race detector see
/// them.

#include <atomic>

namespace emulator {

template <class T, class F>
T read_modify_write(T* p, F f) {
  std::atomic_ref<T> cell(*p);
  T old = cell.load(std::memory_order_relaxed);
  while (!cell.compare_exchange_weak(old, f(old), std::memory_order_relaxed)) {
  }
  return old;
}

}  // namespace emulator

// Each returns the value from before.
#define EMULATOR_ATOMIC(T, name, result)                                                  \
  inline T name(T* p, T v) {                                                              \
    return emulator::read_modify_write(p, [v](T old) { return static_cast<T>(result); }); \
  }
#define EMULATOR_ATOMIC_EXCHANGE(T) \
  inline T atomicExch(T* p, T v) { return std::atomic_ref<T>(*p).exchange(v, std::memory_order_relaxed); }
#define EMULATOR_ATOMIC_CAS(T)                                                              \
  inline T atomicCAS(T* p, T expected, T v) {                                               \
    std::atomic_ref<T>(*p).compare_exchange_strong(expected, v, std::memory_order_relaxed); \
    return expected;                                                                        \
  }
#define EMULATOR_ATOMIC_ORDER(T)                   \
  EMULATOR_ATOMIC(T, atomicMin, v < old ? v : old) \
  EMULATOR_ATOMIC(T, atomicMax, old < v ? v : old)
#define EMULATOR_ATOMIC_INTEGER(T)      \
  EMULATOR_ATOMIC_EXCHANGE(T)           \
  EMULATOR_ATOMIC_CAS(T)                \
  EMULATOR_ATOMIC_ORDER(T)              \
  EMULATOR_ATOMIC(T, atomicAnd, old& v) \
  EMULATOR_ATOMIC(T, atomicOr, old | v) \
  EMULATOR_ATOMIC(T, atomicXor, old ^ v)

EMULATOR_ATOMIC_INTEGER(int)
EMULATOR_ATOMIC_INTEGER(unsigned)
EMULATOR_ATOMIC_INTEGER(unsigned long long)
EMULATOR_ATOMIC_ORDER(long long)
EMULATOR_ATOMIC_CAS(unsigned short)
EMULATOR_ATOMIC_EXCHANGE(float)
EMULATOR_ATOMIC(float, atomicAdd, old + v)
EMULATOR_ATOMIC(double, atomicAdd, old + v)
EMULATOR_ATOMIC(unsigned, atomicAdd, old + v)
EMULATOR_ATOMIC(unsigned long long, atomicAdd, old + v)
EMULATOR_ATOMIC(unsigned, atomicSub, old - v)
EMULATOR_ATOMIC(unsigned, atomicInc, old >= v ? 0 : old + 1)
EMULATOR_ATOMIC(unsigned, atomicDec, old == 0 || old > v ? v : old - 1)
// Signed sums wrap on a GPU.
EMULATOR_ATOMIC(int, atomicAdd, static_cast<unsigned>(old) + static_cast<unsigned>(v))
EMULATOR_ATOMIC(int, atomicSub, static_cast<unsigned>(old) - static_cast<unsigned>(v))

#undef EMULATOR_ATOMIC
#undef EMULATOR_ATOMIC_EXCHANGE
#undef EMULATOR_ATOMIC_CAS
#undef EMULATOR_ATOMIC_ORDER
#undef EMULATOR_ATOMIC_INTEGER
