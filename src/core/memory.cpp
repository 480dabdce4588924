// The figures of each device's allocator.

#include "lemma/core/memory.h"

#include "core/cpu_allocator.h"
#include "core/cuda/allocator.h"

namespace lemma::memory {

size_t active(Device device) {
  return device.is_cpu() ? cpu_allocator::figures().active : cuda_allocator::figures(device).active;
}
size_t peak(Device device) {
  return device.is_cpu() ? cpu_allocator::figures().peak : cuda_allocator::figures(device).peak;
}
size_t cached(Device device) {
  return device.is_cpu() ? cpu_allocator::figures().cached : cuda_allocator::figures(device).cached;
}
size_t system_requests(Device device) {
  return device.is_cpu() ? cpu_allocator::figures().requests : cuda_allocator::figures(device).requests;
}
void empty_cache(Device device) {
  device.is_cpu() ? cpu_allocator::empty_cache() : cuda_allocator::empty_cache(device);
}
void reset_peak(Device device) { device.is_cpu() ? cpu_allocator::reset_peak() : cuda_allocator::reset_peak(device); }

}  // namespace lemma::memory
