// Allocations. Each is a heap block of exactly the size asked for, so that the address sanitizer and valgrind see an
// overrun; a program's own cache of blocks should be off under them.

#include "emulator/memory.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <set>
#include <vector>

#include "emulator/block.h"
#include "emulator/devices.h"
#include "emulator/errors.h"
#include "emulator/faults.h"
#include "emulator/options.h"
#include "emulator/streams.h"

namespace emulator {
namespace {

struct Allocation {
  std::size_t bytes;
  int device;
};
using Registry = std::map<std::uintptr_t, Allocation>;
struct Memory {
  Registry blocks;
  std::vector<std::size_t> used = std::vector<std::size_t>(16, 0);  // bytes of each device
  std::deque<std::pair<std::uintptr_t, std::size_t>> freed;         // the last few, for messages
  std::map<void*, std::size_t> pinned;
  int open = 0;  // DeviceAccess objects
};
// Never destroyed: static variables of a program free their memory after the end of main.
Memory& memory() {
  static auto* m = new Memory;
  return *m;
}
std::uintptr_t number(const volatile void* p) { return reinterpret_cast<std::uintptr_t>(p); }

// The allocation that p points into or just past.
const Registry::value_type* find(const volatile void* p) {
  const Registry& blocks = memory().blocks;
  auto it = blocks.upper_bound(number(p));
  if (it == blocks.begin()) return nullptr;
  --it;
  return number(p) <= it->first + it->second.bytes ? &*it : nullptr;
}
bool fits(const Registry::value_type* block, const volatile void* p, std::size_t bytes) {
  return block && number(p) + bytes <= block->first + block->second.bytes;
}
bool was_freed(const volatile void* p) {
  for (const auto& [at, bytes] : memory().freed)
    if (number(p) >= at && number(p) < at + bytes) return true;
  return false;
}
std::string bytes_text(std::size_t n) { return std::to_string(n) + " bytes"; }

// A copy's end, seen from the copy: host memory, device memory with room for it, or device memory without.
enum class End { host, device, overrun };
End end_of(const void* p, std::size_t bytes) {
  const auto* block = find(p);
  if (!block || (number(p) == block->first + block->second.bytes && bytes)) return End::host;
  return fits(block, p, bytes) ? End::device : End::overrun;
}
std::string overrun_text(const void* p, std::size_t bytes) {
  const auto* block = find(p);
  return bytes_text(bytes) + " at byte " + std::to_string(number(p) - block->first) + " of an allocation of " +
         bytes_text(block->second.bytes);
}

}  // namespace

DeviceAccess::DeviceAccess() {
  const std::lock_guard lock(device_mutex());
  if (memory().open++ || !sanitizer::addresses() || !options().host_guard) return;
  for (const auto& [at, a] : memory().blocks) sanitizer::show(reinterpret_cast<void*>(at), a.bytes);
}
DeviceAccess::~DeviceAccess() {
  const std::lock_guard lock(device_mutex());
  if (--memory().open || !sanitizer::addresses() || !options().host_guard) return;
  for (const auto& [at, a] : memory().blocks) sanitizer::hide(reinterpret_cast<void*>(at), a.bytes);
}

void check_device_pointer(const volatile void* p, std::size_t argument, const LaunchConfig& config) {
  const std::lock_guard lock(device_mutex());
  if (!p) return;
  const auto* block = find(p);
  if (block && block->second.device == current_device()) return;
  char address[32];
  std::snprintf(address, sizeof(address), "%p", const_cast<const void*>(p));
  const std::string what = "argument " + std::to_string(argument) + " (" + address + ") ";
  std::string why = "is not device memory: a host pointer?";
  if (block)
    why = "is memory of device " + std::to_string(block->second.device) + ", and the kernel runs on device " +
          std::to_string(current_device());
  else if (was_freed(p))
    why = "is device memory that was freed";
  throw error("emulated device: " + what + why + "\n  " + text(config));
}

namespace testing {
std::size_t live_allocations() {
  const std::lock_guard lock(device_mutex());
  return memory().blocks.size();
}
std::size_t live_bytes() {
  const std::lock_guard lock(device_mutex());
  std::size_t sum = 0;
  for (const auto& [at, a] : memory().blocks) sum += a.bytes;
  return sum;
}
}  // namespace testing
}  // namespace emulator

using namespace emulator;

cudaError_t cudaMalloc(void** p, std::size_t bytes) {
  const std::lock_guard lock(device_mutex());
  *p = nullptr;
  if (const cudaError_t e = machine_status(); e != cudaSuccess) return e;
  if (!bytes) return cudaSuccess;
  const int device = current_device();
  std::size_t& used = memory().used[static_cast<std::size_t>(device)];
  if (allocation_is_refused() || bytes > options().memory - std::min(used, options().memory))
    return fail(cudaErrorMemoryAllocation,
                bytes_text(bytes) + " asked, " + bytes_text(used) + " of " + bytes_text(options().memory) + " in use");
  if (posix_memalign(p, 256, bytes)) return fail(cudaErrorMemoryAllocation, "the host has no memory left");
  if (options().poison) std::memset(*p, 0xff, bytes);  // NaN; -1
  sanitizer::mark_unwritten(*p, bytes);
  memory().blocks[number(*p)] = {bytes, device};
  used += bytes;
  if (options().host_guard && !memory().open) sanitizer::hide(*p, bytes);
  return cudaSuccess;
}

cudaError_t cudaFree(void* p) {
  const std::lock_guard lock(device_mutex());
  if (!p) return cudaSuccess;
  const auto it = memory().blocks.find(number(p));
  if (it == memory().blocks.end())
    return fail(cudaErrorInvalidDevicePointer, was_freed(p) ? "freed twice" : "not the start of an allocation");
  const auto [bytes, device] = it->second;
  const cudaError_t status = synchronize_device(device);
  sanitizer::show(p, bytes);
  if (options().poison) std::memset(p, 0xff, bytes);
  memory().blocks.erase(it);
  memory().used[static_cast<std::size_t>(device)] -= bytes;
  memory().freed.emplace_back(number(p), bytes);
  if (memory().freed.size() > 256) memory().freed.pop_front();
  std::free(p);
  return status == cudaSuccess ? machine_status() : status;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  const std::lock_guard lock(device_mutex());
  if (const cudaError_t e = machine_status(); e != cudaSuccess) return e;
  *total = options().memory;
  *free = *total - std::min(*total, memory().used[static_cast<std::size_t>(current_device())]);
  return cudaSuccess;
}

cudaError_t cudaMallocHost(void** p, std::size_t bytes) {
  const std::lock_guard lock(device_mutex());
  if (const cudaError_t e = machine_status(); e != cudaSuccess) return e;
  *p = std::malloc(bytes);
  if (!*p) return fail(cudaErrorMemoryAllocation);
  memory().pinned[*p] = bytes;
  return cudaSuccess;
}
cudaError_t cudaHostAlloc(void** p, std::size_t bytes, unsigned) { return cudaMallocHost(p, bytes); }
cudaError_t cudaFreeHost(void* p) {
  const std::lock_guard lock(device_mutex());
  if (p && !memory().pinned.erase(p)) return fail(cudaErrorInvalidValue, "not memory of cudaMallocHost");
  std::free(p);
  return cudaSuccess;
}

namespace {
bool is_pinned(const void* p) {
  const auto& pinned = memory().pinned;
  auto it = pinned.upper_bound(const_cast<void*>(p));
  if (it == pinned.begin()) return false;
  --it;
  return number(p) < number(it->first) + it->second;
}
}  // namespace

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  const std::lock_guard lock(device_mutex());
  if (const cudaError_t e = machine_status(); e != cudaSuccess) return e;
  if (!bytes) return cudaSuccess;
  const End target = end_of(to, bytes), source = end_of(from, bytes);
  if (target == End::overrun) return fail(cudaErrorInvalidValue, "a copy to " + overrun_text(to, bytes));
  if (source == End::overrun) return fail(cudaErrorInvalidValue, "a copy from " + overrun_text(from, bytes));
  if (kind != cudaMemcpyDefault) {
    const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
    const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
    if (to_device != (target == End::device))
      return fail(cudaErrorInvalidMemcpyDirection,
                  target == End::device ? "the target is device memory" : "the target is not device memory");
    if (from_device != (source == End::device))
      return fail(cudaErrorInvalidMemcpyDirection,
                  source == End::device ? "the source is device memory" : "the source is not device memory");
  }
  // CUDA reads ordinary host memory before it returns; memory of cudaMallocHost it reads later.
  if (options().async && source == End::host && !is_pinned(from)) {
    const auto* begin = static_cast<const char*>(from);
    return submit(stream, [to, kept = std::vector<char>(begin, begin + bytes)] {
      const DeviceAccess access;
      std::memcpy(to, kept.data(), kept.size());
    });
  }
  return submit(stream, [=] {
    const DeviceAccess access;
    std::memcpy(to, from, bytes);
  });
}
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  const cudaError_t queued = cudaMemcpyAsync(to, from, bytes, kind, nullptr);
  return queued == cudaSuccess ? cudaStreamSynchronize(nullptr) : queued;
}
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  const std::lock_guard lock(device_mutex());
  if (const cudaError_t e = machine_status(); e != cudaSuccess) return e;
  if (!bytes) return cudaSuccess;
  if (const End target = end_of(to, bytes); target != End::device)
    return fail(cudaErrorInvalidValue,
                target == End::host ? "the target is not device memory" : "setting " + overrun_text(to, bytes));
  return submit(stream, [=] {
    const DeviceAccess access;
    std::memset(to, value, bytes);
  });
}
cudaError_t cudaMemset(void* to, int value, std::size_t bytes) { return cudaMemsetAsync(to, value, bytes, nullptr); }
