#pragma once
/// The one header of every .cu file: CUDA under nvcc, the emulated device under a C++ compiler.
///
/// Rules for kernels, so that both understand them:
///   launch({"name", grid, block}, kernel<T>, arguments...)   instead of <<<>>>; every launch is checked
///   SHARED(float, tile, [32][33]);                           instead of __shared__
///   DYN_SHARED(float, buffer);                               instead of extern __shared__; bytes are the config's 4th
///   member UNROLL                                                   before a loop with a constant count
/// Inline PTX stays in device.h and mma.h, beside its emulation. Device pointers are kernel arguments, not members of
/// structs, where the emulated device is to check them.

#if defined(__CUDACC__)
#include <cuda_runtime.h>
#else
#include "emulator/emulator.h"
#endif

#include <cstdint>
#include <type_traits>

#include "core/cuda/runtime.h"
#include "kernels/cuda/cuda.h"
#include "lemma/core/error.h"

#if defined(__CUDACC__)
#define SHARED(T, name, dims) __shared__ T name dims
#define DYN_SHARED(T, name)                                         \
  extern __shared__ __align__(16) unsigned char lemma_dyn_shared[]; \
  T* name = reinterpret_cast<T*>(lemma_dyn_shared)
#define UNROLL _Pragma("unroll")
#else
#define SHARED(T, name, dims) EMULATOR_SHARED(T, name, dims)
#define DYN_SHARED(T, name) EMULATOR_DYN_SHARED(T, name)
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#endif

namespace lemma::kernels::cuda {

/// What a launch needs besides the kernel and its arguments. Remembers where it was written.
struct Launch {
  const char* name;
  dim3 grid, block;
  size_t shared_bytes;
  const char* file;
  int line;
  Launch(const char* kernel, dim3 g, dim3 b, size_t shared = 0, const char* f = __builtin_FILE(),
         int l = __builtin_LINE())
      : name(kernel), grid(g), block(b), shared_bytes(shared), file(f), line(l) {}
  lemma::cuda::LaunchSite site() const {
    return {name, {grid.x, grid.y, grid.z}, {block.x, block.y, block.z}, file, line};
  }
};

/// Queues a kernel on the current device's stream. Throws DeviceError with the kernel's name, grid, block and line.
template <class... P, class... A>
void launch(const Launch& config, void (*kernel)(P...), A&&... arguments) {
  static_assert(sizeof...(P) == sizeof...(A), "launch: wrong number of kernel arguments");
#if defined(__CUDACC__)
  kernel<<<config.grid, config.block, config.shared_bytes, lemma::cuda::stream()>>>(static_cast<P>(arguments)...);
#else
  try {
    emulator::launch({config.name, config.grid, config.block, config.shared_bytes, lemma::cuda::stream(),
                      emulator::Loc(config.file, config.line)},
                     kernel, static_cast<P>(arguments)...);
  } catch (const emulator::error& error) {
    throw DeviceError("cuda", error.what(), {lemma::cuda::current()});
  }
#endif
  lemma::cuda::check_launch(config.site());
}

/// Lets a kernel have more than 48 KiB of dynamic shared memory.
template <class... P>
void allow_shared(void (*kernel)(P...), size_t bytes) {
  lemma::cuda::check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)),
                     "asking for shared memory");
}

constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace lemma::kernels::cuda
