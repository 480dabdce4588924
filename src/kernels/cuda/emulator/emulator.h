#pragma once
/// The emulated device: CUDA kernels, compiled as plain C++20, run on the CPU. This header gives a kernel all that it
/// needs; docs/emulated_device.md tells how it works. Programs that start no kernels include cuda_runtime_api.h alone.

#include "kernels/cuda/emulator/atomics.h"
#include "kernels/cuda/emulator/barrier.h"
#include "kernels/cuda/emulator/builtins.h"
#include "kernels/cuda/emulator/cp_async.h"
#include "kernels/cuda/emulator/intrinsics.h"
#include "kernels/cuda/emulator/keywords.h"
#include "kernels/cuda/emulator/launch.h"
#include "kernels/cuda/emulator/ldmatrix.h"
#include "kernels/cuda/emulator/mma.h"
#include "kernels/cuda/emulator/scheduler.h"
#include "kernels/cuda/emulator/shared.h"
#include "kernels/cuda/emulator/shuffle.h"
#include "kernels/cuda/emulator/vote.h"
