#pragma once
/// Starting kernels.

#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "emulator/include/cuda_runtime_api.h"
#include "emulator/scheduler.h"

namespace emulator {

/// {"name", grid, block, bytes of dynamic shared memory, stream}; remembers where it was written.
struct LaunchConfig {
  const char* name;
  dim3 grid, block;
  std::size_t shared_bytes;
  cudaStream_t stream;
  Loc where;
  LaunchConfig(const char* kernel, dim3 g, dim3 b, std::size_t shared = 0, cudaStream_t s = nullptr, Loc w = {})
      : name(kernel), grid(g), block(b), shared_bytes(shared), stream(s), where(w) {}
};

/// A kernel with its arguments: call(arguments.get()) is one CUDA thread.
struct Body {
  std::shared_ptr<const void> arguments;
  void (*call)(const void*);
};

/// launch() with its types erased; `kernel` is the address that cudaFuncSetAttribute knows.
void launch_erased(const LaunchConfig&, const void* kernel, Body);
/// Throws if `p` is neither null nor memory of the device that the launch runs on.
void check_device_pointer(const volatile void* p, std::size_t argument, const LaunchConfig&);

/// Runs kernel(arguments...) for every thread of the grid, after the work that is queued on the stream. Throws
/// emulator::error for a wrong size, a pointer that is not device memory and, where work runs at once, for what the
/// kernel does wrong; else the call that waits for the stream reports that.
template <class... P, class... A>
void launch(const LaunchConfig& config, void (*kernel)(P...), A&&... arguments) {
  static_assert(sizeof...(P) == sizeof...(A), "launch: wrong number of kernel arguments");
  static_assert((!std::is_reference_v<P> && ...),
                "launch: a kernel takes values; a reference would point into the host");
  struct Call {
    void (*kernel)(P...);
    std::tuple<P...> arguments;
  };
  auto call = std::make_shared<const Call>(Call{kernel, {static_cast<P>(std::forward<A>(arguments))...}});
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (
        [&] {
          if constexpr (std::is_pointer_v<P>) check_device_pointer(std::get<I>(call->arguments), I + 1, config);
        }(),
        ...);
    const auto thread = [](const void* p) {
      const Call& c = *static_cast<const Call*>(p);
      c.kernel(std::get<I>(c.arguments)...);  // one CUDA thread
    };
    launch_erased(config, reinterpret_cast<const void*>(kernel), {call, thread});
  }
  (std::index_sequence_for<P...>{});
}

}  // namespace emulator
