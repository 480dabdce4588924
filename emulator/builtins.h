#pragma once
/// The variables that every CUDA thread can read. gdb prints them, and breaks on them: break f.cu:9 if threadIdx.x ==
/// 37

#include "emulator/vector_types.h"

// A fiber never moves to another system thread, so thread_local variables can follow the CUDA thread that runs.
inline constinit thread_local uint3 threadIdx{}, blockIdx{};
inline constinit thread_local dim3 blockDim{}, gridDim{};
inline constexpr int warpSize = 32;
