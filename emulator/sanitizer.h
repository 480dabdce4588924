#pragma once
/// What the sanitizers and valgrind must know about fibers and device memory. The hooks are weak: the same object
/// file serves in plain programs and in sanitized ones.
///
/// The thread sanitizer becomes a race detector for kernels: each CUDA thread is a thread of its own to it, and only
/// launches, barriers, warp functions and fences order them, never the switch from one fiber to another.

#include <cstddef>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define EMULATOR_VALGRIND 1
#endif

extern "C" {
__attribute__((weak)) void __sanitizer_start_switch_fiber(void**, const void*, std::size_t);
__attribute__((weak)) void __sanitizer_finish_switch_fiber(void*, const void**, std::size_t*);
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void*, std::size_t);
__attribute__((weak)) void __asan_poison_memory_region(const volatile void*, std::size_t);
__attribute__((weak)) void* __tsan_get_current_fiber();
__attribute__((weak)) void* __tsan_create_fiber(unsigned);
__attribute__((weak)) void __tsan_destroy_fiber(void*);
__attribute__((weak)) void __tsan_switch_to_fiber(void*, unsigned);
__attribute__((weak)) void __tsan_set_fiber_name(void*, const char*);
__attribute__((weak)) void __tsan_acquire(void*);
__attribute__((weak)) void __tsan_release(void*);
}

namespace emulator::sanitizer {

/// Is the thread sanitizer, or the address sanitizer, present?
inline bool races() { return __tsan_create_fiber != nullptr; }
inline bool addresses() { return __asan_poison_memory_region != nullptr; }

/// What was released at an address before happens before what follows its acquisition.
inline void acquire(void* p) {
  if (races()) __tsan_acquire(p);
}
inline void release(void* p) {
  if (races()) __tsan_release(p);
}
/// Goes on as another of the race detector's threads, without ordering the two.
inline void switch_thread(void* to) {
  if (races()) __tsan_switch_to_fiber(to, 1);
}

/// The address sanitizer reports any access to hidden memory.
inline void hide(const void* p, std::size_t bytes) {
  if (addresses()) __asan_poison_memory_region(p, bytes);
}
inline void show(const void* p, std::size_t bytes) {
  if (addresses()) __asan_unpoison_memory_region(p, bytes);
}

/// valgrind reports decisions that depend on memory that nobody wrote.
inline void mark_unwritten([[maybe_unused]] void* p, [[maybe_unused]] std::size_t bytes) {
#ifdef EMULATOR_VALGRIND
  VALGRIND_MAKE_MEM_UNDEFINED(p, bytes);
#endif
}
/// valgrind takes a jump between two known stacks for what it is.
inline unsigned add_stack([[maybe_unused]] void* low, [[maybe_unused]] void* high) {
#ifdef EMULATOR_VALGRIND
  return static_cast<unsigned>(VALGRIND_STACK_REGISTER(low, high));
#else
  return 0;
#endif
}
inline void remove_stack([[maybe_unused]] unsigned id) {
#ifdef EMULATOR_VALGRIND
  VALGRIND_STACK_DEREGISTER(id);
#endif
}

}  // namespace emulator::sanitizer
