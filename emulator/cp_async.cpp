// cp.async: copies are made when the thread waits for them, the latest moment that CUDA allows.

#include <cstring>

#include "emulator/block.h"

namespace emulator {

void async_copy(void* to, const void* from, std::size_t bytes, std::size_t zeros, Loc at) {
  Block& b = block_in_kernel("cp.async");
  const auto misaligned = [bytes](const void* p) { return reinterpret_cast<std::uintptr_t>(p) % bytes != 0; };
  if (bytes != 4 && bytes != 8 && bytes != 16) trap("cp.async copies 4, 8 or 16 bytes", at);
  if (zeros > bytes) trap("cp.async: more zeros than bytes", at);
  if (misaligned(to)) trap("cp.async: the target's address is not a multiple of the size", at);
  if (zeros < bytes && misaligned(from)) trap("cp.async: the source's address is not a multiple of the size", at);
  b.as_host();
  b.copies_used = true;
  b.copies[b.current].open.push_back({to, from, bytes, zeros});
  b.as_thread();
}

void async_commit() {
  Block& b = block_in_kernel("cp.async");
  b.as_host();
  Copies& c = b.copies[b.current];
  b.copies_used = true;
  c.groups.push_back(std::move(c.open));
  c.open.clear();
  b.as_thread();
}

void async_wait(unsigned keep) {
  Block& b = block_in_kernel("cp.async");
  Copies& c = b.copies[b.current];
  while (c.groups.size() > keep) {
    for (const Copies::Copy& copy : c.groups.front()) {  // as the thread itself, for the race detector
      std::memcpy(copy.to, copy.from, copy.bytes - copy.zeros);
      std::memset(static_cast<char*>(copy.to) + (copy.bytes - copy.zeros), 0, copy.zeros);
    }
    b.as_host();
    c.groups.erase(c.groups.begin());
    b.as_thread();
  }
}

}  // namespace emulator
