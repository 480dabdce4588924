#pragma once
/// The emulated device: CUDA kernels, compiled as plain C++20, run on the CPU. This header gives a kernel all that it
/// needs; docs/emulated_device.md tells how it works. Programs that start no kernels include cuda_runtime_api.h alone.

#include "atomics.h"
#include "barrier.h"
#include "builtins.h"
#include "cp_async.h"
#include "intrinsics.h"
#include "keywords.h"
#include "launch.h"
#include "ldmatrix.h"
#include "mma.h"
#include "scheduler.h"
#include "shared.h"
#include "shuffle.h"
#include "vote.h"
