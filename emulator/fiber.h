#pragma once
/// A stack of its own for a computation, and the jump from one to another.

#include <cstddef>

#if !defined(__x86_64__) && !defined(__aarch64__) && !defined(EMULATOR_UCONTEXT)
#define EMULATOR_UCONTEXT 1
#endif
#ifdef EMULATOR_UCONTEXT
#include <ucontext.h>
#endif

namespace emulator {

/// Where a computation stopped.
struct Context {
#ifdef EMULATOR_UCONTEXT
  ucontext_t state;
  void (*function)(void*);
  void* argument;
#else
  void* stack_pointer = nullptr;
#endif
};

/// Makes a computation that begins with function(argument) on the `bytes` of stack from `low`. It must never return.
void make_context(Context&, char* low, std::size_t bytes, void (*function)(void*), void* argument);
/// Stops here, goes on there; returns when somebody jumps back.
void jump(Context& from, Context& to);

/// Memory for a stack, with a page below it that faults. The system gives pages as they are touched.
class Stack {
 public:
  explicit Stack(std::size_t bytes);
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  char* low() const { return low_; }
  std::size_t size() const { return bytes_; }

 private:
  char* base_;
  char* low_;
  std::size_t bytes_, total_;
  unsigned id_;  // valgrind's
};

}  // namespace emulator
