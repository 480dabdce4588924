#pragma once
/// CUDA's keywords for a C++ compiler.

#ifdef __CUDACC__
#error "the emulated device takes the place of nvcc; do not use both"
#endif

/// Set wherever kernels are compiled for the emulated device.
#define EMULATOR 1

#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __grid_constant__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
// A plain variable could be neither watched by the sanitizers nor filled with NaN for each block.
#define __shared__ _Pragma("GCC error \"write SHARED(T, name, [n]); in place of __shared__\"") static
