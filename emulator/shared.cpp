// Shared memory: a heap block for each array of each block, exact to the byte.

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "emulator/block.h"
#include "emulator/limits.h"
#include "emulator/options.h"

namespace emulator {

// Null where the launch gives none: a kernel may declare what it does not use.
void* dynamic_shared() { return block_in_kernel("dynamic shared memory").dynamic; }

void* shared_variable(const void* key, std::size_t bytes, std::size_t align, const char* name, Loc at) {
  Block& b = block_in_kernel("shared memory");
  for (const SharedArray& a : b.shared)
    if (a.key == key) {
      sanitizer::acquire(a.memory);
      return a.memory;
    }
  b.as_host();
  b.static_bytes += bytes;
  const std::size_t total = b.static_bytes + b.dynamic_bytes;
  const std::size_t limit = b.dynamic_bytes > kSharedDefault ? kSharedMost : kSharedDefault;
  if (b.static_bytes > kSharedDefault || total > limit) {
    const bool alone = b.static_bytes > kSharedDefault;
    b.fail(std::string(alone ? "static" : "static and dynamic") + " shared memory comes to " +
               std::to_string(alone ? b.static_bytes : total) + " bytes at '" + name + "', and " +
               std::to_string(alone ? kSharedDefault : limit) + " are the most",
           &at);
    b.wait();
  }
  void* memory = nullptr;
  if (posix_memalign(&memory, std::max<std::size_t>(align, 16), bytes)) throw std::bad_alloc();
  if (options().poison) std::memset(memory, 0xff, bytes);  // NaN; -1
  sanitizer::mark_unwritten(memory, bytes);
  b.shared.push_back({key, memory});
  sanitizer::release(memory);
  b.as_thread();
  sanitizer::acquire(memory);
  return memory;
}

// The race detector takes free() for a write, so under it arrays live until the launch is over, or too many are dead.
void Block::free_shared() {
  if (sanitizer::races()) buried += static_bytes + dynamic_bytes;
  const auto drop = [this](void* p) {
    if (sanitizer::races())
      graveyard.push_back(p);
    else
      std::free(p);
  };
  for (const SharedArray& a : shared) drop(a.memory);
  shared.clear();
  static_bytes = 0;
  drop(dynamic);
  dynamic = nullptr;
}
void Block::sweep() {
  for (void* p : graveyard) std::free(p);
  graveyard.clear();
  buried = 0;
}

}  // namespace emulator
