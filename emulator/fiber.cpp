// The jump is 20 lines of assembly: a tenth of the time of ucontext, which asks the system for its signal mask. It
// keeps the registers that a function must keep, and ends with a return: waiting fibers all stopped at the same call,
// so the processor's guess of where it leads stays right.

#include "emulator/fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

#include "emulator/sanitizer.h"

#ifndef EMULATOR_UCONTEXT
extern "C" void emulator_jump(void** save, void* load);
extern "C" void emulator_enter();
#endif

#if defined(EMULATOR_UCONTEXT)
// nothing by hand
#elif defined(__x86_64__)
// Saved: r15 r14 r13 r12 rbx rbp, return address.
asm(R"(
.text
.globl emulator_jump
.hidden emulator_jump
.type emulator_jump,@function
emulator_jump:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emulator_jump,.-emulator_jump
.globl emulator_enter
.hidden emulator_enter
.type emulator_enter,@function
emulator_enter:
  .cfi_startproc
  .cfi_undefined rip
  movq %r12, %rdi
  call *%r13
  ud2
  .cfi_endproc
.size emulator_enter,.-emulator_enter
.section .note.GNU-stack,"",@progbits
.text
)");
#elif defined(__aarch64__)
// Saved: d8 to d15, x19 to x30.
asm(R"(
.text
.globl emulator_jump
.hidden emulator_jump
.type emulator_jump,%function
emulator_jump:
  sub sp, sp, #160
  stp d8, d9, [sp, #0]
  stp d10, d11, [sp, #16]
  stp d12, d13, [sp, #32]
  stp d14, d15, [sp, #48]
  stp x19, x20, [sp, #64]
  stp x21, x22, [sp, #80]
  stp x23, x24, [sp, #96]
  stp x25, x26, [sp, #112]
  stp x27, x28, [sp, #128]
  stp x29, x30, [sp, #144]
  mov x9, sp
  str x9, [x0]
  mov sp, x1
  ldp d8, d9, [sp, #0]
  ldp d10, d11, [sp, #16]
  ldp d12, d13, [sp, #32]
  ldp d14, d15, [sp, #48]
  ldp x19, x20, [sp, #64]
  ldp x21, x22, [sp, #80]
  ldp x23, x24, [sp, #96]
  ldp x25, x26, [sp, #112]
  ldp x27, x28, [sp, #128]
  ldp x29, x30, [sp, #144]
  add sp, sp, #160
  ret
.size emulator_jump,.-emulator_jump
.globl emulator_enter
.hidden emulator_enter
.type emulator_enter,%function
emulator_enter:
  .cfi_startproc
  .cfi_undefined x30
  mov x0, x19
  blr x20
  brk #1
  .cfi_endproc
.size emulator_enter,.-emulator_enter
.section .note.GNU-stack,"",%progbits
.text
)");
#endif

namespace emulator {

#if defined(EMULATOR_UCONTEXT)
namespace {
void start(unsigned high, unsigned low) {
  auto* c = reinterpret_cast<Context*>(std::uintptr_t{high} << 16 << 16 | low);
  c->function(c->argument);
}
}  // namespace
void make_context(Context& c, char* low, std::size_t bytes, void (*function)(void*), void* argument) {
  getcontext(&c.state);
  c.function = function, c.argument = argument;
  c.state.uc_stack.ss_sp = low, c.state.uc_stack.ss_size = bytes, c.state.uc_link = nullptr;
  const auto address = reinterpret_cast<std::uintptr_t>(&c);  // makecontext passes ints only
  makecontext(&c.state, reinterpret_cast<void (*)()>(&start), 2, static_cast<unsigned>(address >> 16 >> 16),
              static_cast<unsigned>(address));
}
void jump(Context& from, Context& to) { swapcontext(&from.state, &to.state); }

#elif defined(__x86_64__)
void make_context(Context& c, char* low, std::size_t bytes, void (*function)(void*), void* argument) {
  void** sp = reinterpret_cast<void**>(low + bytes) - 9;  // emulator_enter then finds the stack 16-byte aligned
  for (int i = 0; i < 9; ++i) sp[i] = nullptr;            // rbp 0 ends the chain of frames
  sp[2] = reinterpret_cast<void*>(function);              // r13
  sp[3] = argument;                                       // r12
  sp[6] = reinterpret_cast<void*>(&emulator_enter);       // return address
  c.stack_pointer = sp;
}
void jump(Context& from, Context& to) { emulator_jump(&from.stack_pointer, to.stack_pointer); }

#else
void make_context(Context& c, char* low, std::size_t bytes, void (*function)(void*), void* argument) {
  void** sp = reinterpret_cast<void**>(low + bytes) - 20;
  for (int i = 0; i < 20; ++i) sp[i] = nullptr;
  sp[8] = argument;                                   // x19
  sp[9] = reinterpret_cast<void*>(function);          // x20
  sp[19] = reinterpret_cast<void*>(&emulator_enter);  // x30
  c.stack_pointer = sp;
}
void jump(Context& from, Context& to) { emulator_jump(&from.stack_pointer, to.stack_pointer); }
#endif

Stack::Stack(std::size_t bytes) : bytes_(bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  total_ = bytes + page;
  void* memory = mmap(nullptr, total_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("emulated device: no memory for the stack of a CUDA thread");
  mprotect(memory, page, PROT_NONE);
  base_ = static_cast<char*>(memory);
  low_ = base_ + page;
  id_ = sanitizer::add_stack(low_, low_ + bytes_);
}
Stack::~Stack() {
  sanitizer::remove_stack(id_);
  munmap(base_, total_);
}

}  // namespace emulator
