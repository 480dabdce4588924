// The figures of each device's allocator.

#include "lemma/core/memory.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "core/cpu_allocator.h"
#include "core/cuda/allocator.h"
#include "core/memory_limit.h"
#include "lemma/core/cuda.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"

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

size_t available(Device device) {
  if (device.is_cuda()) return cuda::properties(device).free_memory + cached(device);
  const MemoryFigures now = cpu_allocator::figures();
  const size_t given = memory_limit::from_environment(), limit = given == 0 ? SIZE_MAX : given;
  const size_t by_limit = limit > now.active ? limit - now.active : 0;
  const size_t system = memory_limit::left_by_system();
  return std::min(by_limit, system > SIZE_MAX - now.cached ? system : system + now.cached);
}

void require(const std::string& where, const std::string& what, double bytes, Device device) {
  if (bytes < 1 << 26) return;  // too little to be worth the question
  const size_t left = available(device);
  if (bytes > static_cast<double>(left))
    throw MemoryError(where, fmt::format("{} needs {} of memory, and {} has {} left{}; a smaller one needs less", what,
                                         words::bytes(bytes), device.is_cpu() ? "this system" : device.str(),
                                         words::bytes(static_cast<double>(left)),
                                         memory_limit::from_environment() ? " within LEMMA_MEMORY_LIMIT" : ""));
}

}  // namespace lemma::memory
