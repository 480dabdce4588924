// Stack switching: x86-64 and aarch64 by hand, anything else through ucontext.
// "ret", not "jmp": waiting fibers all stopped at the same call, so the return predictor stays right.
#pragma once
#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

namespace emulator::fiber {

#if defined(__x86_64__)
extern "C" void emulator_switch(void** save, void* load);
extern "C" void emulator_entry();
asm(R"(
.text
.globl emulator_switch
.hidden emulator_switch
.type emulator_switch,@function
emulator_switch:
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
.size emulator_switch,.-emulator_switch
.globl emulator_entry
.hidden emulator_entry
.type emulator_entry,@function
emulator_entry:
  .cfi_startproc
  .cfi_undefined rip
  movq %r12, %rdi
  call *%r13
  ud2
  .cfi_endproc
.size emulator_entry,.-emulator_entry
.section .note.GNU-stack,"",@progbits
.text
)");
struct Context { void* sp = nullptr; };
inline void make(Context& c, char* lo, std::size_t n, void (*fn)(void*), void* arg) {
  auto** sp = reinterpret_cast<void**>(lo + n);
  *--sp = nullptr;                                    // two: 16-byte aligned at emulator_entry
  *--sp = nullptr;
  *--sp = reinterpret_cast<void*>(&emulator_entry);    // return address
  *--sp = nullptr;                                    // rbp: ends the frame-pointer chain
  *--sp = nullptr;                                    // rbx
  *--sp = arg;                                        // r12
  *--sp = reinterpret_cast<void*>(fn);                // r13
  *--sp = nullptr;                                    // r14
  *--sp = nullptr;                                    // r15
  c.sp = sp;
}
inline void jump(Context& from, Context& to) { emulator_switch(&from.sp, to.sp); }

#elif defined(__aarch64__)
extern "C" void emulator_switch(void** save, void* load);
extern "C" void emulator_entry();
asm(R"(
.text
.globl emulator_switch
.type emulator_switch,%function
emulator_switch:
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
  br x30
.globl emulator_entry
.type emulator_entry,%function
emulator_entry:
  mov x0, x19
  blr x20
  brk #1
)");
struct Context { void* sp = nullptr; };
inline void make(Context& c, char* lo, std::size_t n, void (*fn)(void*), void* arg) {
  auto** sp = reinterpret_cast<void**>(lo + n) - 20;
  for (int i = 0; i < 20; ++i) sp[i] = nullptr;
  sp[8] = arg;
  sp[9] = reinterpret_cast<void*>(fn);
  sp[19] = reinterpret_cast<void*>(&emulator_entry);
  c.sp = sp;
}
inline void jump(Context& from, Context& to) { emulator_switch(&from.sp, to.sp); }

#else
}
#include <ucontext.h>
namespace emulator::fiber {
struct Context { ucontext_t u; void (*fn)(void*); void* arg; };
inline void tramp(unsigned hi, unsigned lo) {
  auto* c = reinterpret_cast<Context*>((static_cast<unsigned long>(hi) << 32) | lo);
  c->fn(c->arg);
}
inline void make(Context& c, char* lo, std::size_t n, void (*fn)(void*), void* arg) {
  getcontext(&c.u);
  c.fn = fn, c.arg = arg;
  c.u.uc_stack.ss_sp = lo, c.u.uc_stack.ss_size = n, c.u.uc_link = nullptr;
  auto v = reinterpret_cast<unsigned long>(&c);
  makecontext(&c.u, reinterpret_cast<void (*)()>(&tramp), 2, unsigned(v >> 32), unsigned(v));
}
inline void jump(Context& from, Context& to) { swapcontext(&from.u, &to.u); }
#endif

// A stack with a guard page below it; pages are committed by the kernel when they are touched.
class Stack {
 public:
  explicit Stack(std::size_t n) : n_(n) {
    std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    total_ = n + page;
    void* m = mmap(nullptr, total_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m == MAP_FAILED) throw std::runtime_error("emulated device: no memory for a fiber stack");
    mprotect(m, page, PROT_NONE);
    base_ = static_cast<char*>(m);
    lo_ = base_ + page;
  }
  ~Stack() { munmap(base_, total_); }
  Stack(const Stack&) = delete;
  char* lo() const { return lo_; }
  std::size_t size() const { return n_; }

 private:
  char *base_, *lo_;
  std::size_t n_, total_;
};

}  // namespace emulator::fiber
