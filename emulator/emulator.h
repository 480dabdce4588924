#pragma once
/// The emulated device: CUDA kernels, compiled as plain C++20, run on the CPU. This header gives a kernel all that it
/// needs; docs/emulated_device.md tells how it works. Programs that start no kernels include cuda_runtime_api.h alone.

#include "emulator/atomics.h"
#include "emulator/barrier.h"
#include "emulator/builtins.h"
#include "emulator/cp_async.h"
#include "emulator/intrinsics.h"
#include "emulator/keywords.h"
#include "emulator/launch.h"
#include "emulator/ldmatrix.h"
#include "emulator/mma.h"
#include "emulator/scheduler.h"
#include "emulator/shared.h"
#include "emulator/shuffle.h"
#include "emulator/vote.h"
