#pragma once
/// Failures that a test can provoke without faulty hardware. The environment can choose one for a whole program:
/// FAULT=no-driver | old-driver | no-device | old-architecture | lost@N | memory@N

#include <cstddef>

namespace emulator::testing {

enum class Machine {
  sound,
  no_driver,        // every call fails with cudaErrorInsufficientDriver, the driver's version is 0
  old_driver,       // the same, and the driver supports CUDA 12.2
  no_device,        // cudaErrorNoDevice
  old_architecture  // devices of compute capability 7.0
};
/// What the machine is from now on.
void pretend(Machine);
/// The device is lost at the n-th launch from now (1: the next): from then on every call on it fails.
void lose_device_at_launch(long n);
/// The n-th cudaMalloc from now (1: the next) finds no memory, and those after it do again.
void refuse_allocation(long n);
/// Everything sound again, no device lost.
void restore();

/// Allocations of all devices that were not freed, and their bytes.
std::size_t live_allocations();
std::size_t live_bytes();

}  // namespace emulator::testing
