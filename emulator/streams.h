#pragma once
/// Queues of work.

#include <cstdint>
#include <deque>
#include <functional>

#include "emulator/include/cuda_runtime_api.h"

namespace emulator {

/// Runs `work` now or, with the option async, puts it at the end of the stream's queue. Null: the current device's
/// default stream. What a kernel throws passes through where it runs now.
cudaError_t submit(cudaStream_t stream, std::function<void()> work);
/// Runs all that is queued for a device.
cudaError_t synchronize_device(int device);
/// The device that a stream belongs to; -1 if there is no such stream.
int device_of(cudaStream_t stream);

}  // namespace emulator
