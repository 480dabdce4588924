// A launch: checked, queued, run.

#include "emulator/launch.h"

#include <map>
#include <mutex>

#include "emulator/block.h"
#include "emulator/devices.h"
#include "emulator/errors.h"
#include "emulator/faults.h"
#include "emulator/limits.h"
#include "emulator/memory.h"
#include "emulator/options.h"
#include "emulator/streams.h"
#include "emulator/watch.h"
#include "emulator/workers.h"

namespace emulator {
namespace {

// Bytes of dynamic shared memory that cudaFuncSetAttribute allowed.
std::map<const void*, std::size_t>& allowed() {
  static auto* m = new std::map<const void*, std::size_t>;
  return *m;
}

void check_sizes(const LaunchConfig& c, const void* kernel) {
  const auto wrong = [&](const std::string& why) { throw error("emulated device: " + why + "\n  " + text(c)); };
  if (active) wrong("a launch from inside a kernel is not emulated");
  const auto threads = std::uint64_t{c.block.x} * c.block.y * c.block.z;
  if (threads == 0 || threads > kThreadsMost || c.block.z > 64)
    wrong("a block of " + std::to_string(threads) + " threads; 1 to " + std::to_string(kThreadsMost) +
          " are possible, at most 64 of them along z");
  const auto blocks = std::uint64_t{c.grid.x} * c.grid.y * c.grid.z;
  if (blocks == 0 || c.grid.x > 0x7fffffffu || c.grid.y > 65535 || c.grid.z > 65535)
    wrong("a grid has 1 to 2147483647 blocks along x, 1 to 65535 along y and z");
  if (blocks > 0xffffffffu) wrong("a grid of more than 4294967295 blocks is not emulated");
  std::size_t limit = kSharedDefault;
  const std::lock_guard lock(device_mutex());
  if (const auto it = allowed().find(kernel); it != allowed().end()) limit = it->second;
  if (c.shared_bytes > limit)
    wrong(std::to_string(c.shared_bytes) + " bytes of dynamic shared memory, and " + std::to_string(limit) +
          " are allowed; cudaFuncSetAttribute allows a kernel up to " + std::to_string(kSharedMost));
  const int device = current_device();
  if (const int of = device_of(c.stream); of != device)
    wrong(of < 0 ? "no such stream"
                 : "the stream belongs to device " + std::to_string(of) + " and the current device is " +
                       std::to_string(device));
}

void run(const LaunchConfig& c, const Body& body) {
  name_faults();
  Launch l{c, body, c.grid.x * c.grid.y * c.grid.z, nullptr};
  if (sanitizer::races()) l.marks.reset(new char[2 * std::size_t{l.blocks} + 3]);
  std::string why;
  {
    const DeviceAccess access;
    why = run_blocks(l);
  }
  sanitizer::acquire(l.end_mark());
  own_block().sweep();
  if (!why.empty()) throw error(why + "\n  " + text(c));
}

}  // namespace

cudaError_t set_max_dynamic_shared(const void* kernel, int bytes) {
  if (bytes < 0 || static_cast<std::size_t>(bytes) > kSharedMost)
    return fail(cudaErrorInvalidValue,
                std::to_string(bytes) + " bytes of shared memory; " + std::to_string(kSharedMost) + " are the most");
  const std::lock_guard lock(device_mutex());
  allowed()[kernel] = static_cast<std::size_t>(bytes);
  return cudaSuccess;
}

void launch_erased(const LaunchConfig& c, const void* kernel, Body body) {
  check_sizes(c, kernel);
  if (launch_loses_device() || machine_status() != cudaSuccess) return;  // cudaGetLastError tells
  submit(c.stream, [c, body = std::move(body)] { run(c, body); });
}

}  // namespace emulator
