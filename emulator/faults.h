#pragma once
/// The failures of testing.h, as the runtime API meets them.

#include "emulator/include/cuda_runtime_api.h"
#include "emulator/testing.h"

namespace emulator {

testing::Machine machine();
/// What every call on a device begins with: success, or why no call can succeed.
cudaError_t machine_status();
/// Is the current device lost?
bool is_lost();
/// Counts a launch; true if the device is lost by now.
bool launch_loses_device();
/// Counts an allocation; true if it finds no memory.
bool allocation_is_refused();

}  // namespace emulator
