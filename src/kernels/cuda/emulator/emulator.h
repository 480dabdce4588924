// emulator - runs CUDA kernels, compiled as plain C++20, on the host CPU.
// One include gives the CUDA keywords, built-in variables, device intrinsics and the part of the
// CUDA runtime API that the project uses.  The scheduler is in src/emulator.cpp.
#pragma once
#ifdef __CUDACC__
#error "emulator is the replacement for nvcc, not for use with it"
#endif

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>

#define EMULATOR 1

// ---------------------------------------------------------------- keywords
#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __managed__
#define __grid_constant__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
// One OS thread runs one block at a time, so a thread_local is one copy per running block.
// Under a sanitizer there is one worker, and a plain static gets ASan red zones / TSan checking.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EMULATOR_ONE_WORKER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define EMULATOR_ONE_WORKER 1
#endif
#endif
#ifdef EMULATOR_ONE_WORKER
#define __shared__ static
#else
#define __shared__ static thread_local
#endif

#include "include/cuda_runtime_api.h"

inline constinit thread_local uint3 threadIdx{}, blockIdx{};
inline constinit thread_local dim3 blockDim{}, gridDim{};
inline constexpr int warpSize = 32;

// ---------------------------------------------------------------- scheduler interface
namespace emulator {

// Thrown by launch() (or by the synchronising call, in async mode) on the host.
struct error : std::runtime_error { using runtime_error::runtime_error; };

enum class Op : int { shfl, ballot, match, reduce, syncwarp, mma, ldmatrix };

// Collective over the lanes named in mask: the lane that arrives last calls compute with every
// lane's argument (null for lanes that take no part); then all lanes go on.
void warp_collective(unsigned mask, Op op, void* mine, void (*compute)(unsigned, void* const*), Loc);
int block_barrier(int predicate, int* out_or, int* out_and, Loc);
void* dynamic_shared();
std::size_t dynamic_shared_bytes();
void* shared_var(const void* key, std::size_t bytes, std::size_t align, const char* name);
[[noreturn]] void trap(const std::string& why, Loc = {});  // stop the kernel with an error
int lane_id();
void yield();
void async_copy(void* dst, const void* src, std::size_t n);
void async_commit();
void async_wait(unsigned keep);
extern "C" void emulator_where();  // for gdb: (gdb) call emulator_where()


struct LaunchConfig {
  const char* name;
  dim3 grid, block;
  std::size_t shared_bytes;
  cudaStream_t stream;
  Loc where;
  LaunchConfig(const char* kernel, dim3 g, dim3 b, std::size_t shared = 0, cudaStream_t s = nullptr, Loc w = {})
      : name(kernel), grid(g), block(b), shared_bytes(shared), stream(s), where(w) {}
};
struct Body {  // a kernel and its arguments: call(args) runs one CUDA thread
  std::shared_ptr<const void> args;
  void (*call)(const void*);
};
void launch_erased(const LaunchConfig&, const void* fn, Body body);
void check_device_pointer(const volatile void* p, int arg, const LaunchConfig&);

struct Options {
  int workers;            // OS threads that run blocks         LEMMA_EMULATOR_WORKERS   (1)
  int order;              // 0 forward 1 reverse 2 shuffled     LEMMA_EMULATOR_ORDER     (0)
  unsigned seed;          // of the shuffle                     LEMMA_EMULATOR_SEED      (1)
  bool async;             // stream work waits for a sync       LEMMA_EMULATOR_ASYNC     (0)
  bool poison;            // fill new memory with NaN           LEMMA_EMULATOR_POISON    (1)
  bool host_guard;        // ASan: host may not touch device memory LEMMA_EMULATOR_HOST_GUARD (1)
  bool early_exit;        // allow exit before __syncthreads    LEMMA_EMULATOR_EARLY_EXIT(0)
  bool between_blocks;    // TSan: races between blocks too; needs SHARED() for all static shared memory (0)
};
Options& options();
std::size_t live_allocations();

template <class... P, class... A>
void launch(const LaunchConfig& c, void (*kernel)(P...), A&&... a) {
  static_assert(sizeof...(P) == sizeof...(A), "launch: wrong number of kernel arguments");
  struct Call {
    void (*kernel)(P...);
    std::tuple<P...> args;
  };
  auto call = std::make_shared<const Call>(Call{kernel, {static_cast<P>(std::forward<A>(a))...}});
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ([&] {
      if constexpr (std::is_pointer_v<P>) check_device_pointer(std::get<I>(call->args), I + 1, c);
    }(), ...);
    launch_erased(c, reinterpret_cast<const void*>(kernel), {call, [](const void* p) {
      auto& k = *static_cast<const Call*>(p);
      k.kernel(std::get<I>(k.args)...);  // the CUDA thread starts here
    }});
  }(std::index_sequence_for<P...>{});
}

}  // namespace emulator

#define EMULATOR_DYN_SHARED(T, name) T* name = static_cast<T*>(emulator::dynamic_shared())
// Checked block-shared array: exact heap block (ASan), NaN at block start, counted against 48 KiB.
#define EMULATOR_SHARED(T, name, dims)                                                   \
  using name##_shared_t = T dims;                                                       \
  static const char name##_shared_key = 0;                                              \
  name##_shared_t& name = *static_cast<name##_shared_t*>(emulator::shared_var(           \
      &name##_shared_key, sizeof(name##_shared_t), alignof(name##_shared_t), #name))

#include "device.h"
#include "mma.h"
