#pragma once
/// The devices: which one this thread works on, and the lock that they share.

#include <mutex>

namespace emulator {

/// Held while anything of a device is used or changes: work runs on one host thread at a time.
std::recursive_mutex& device_mutex();
/// The number that cudaSetDevice gave this thread.
int current_device();

}  // namespace emulator
