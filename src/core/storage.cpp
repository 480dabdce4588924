#include "lemma/core/storage.h"

#include <limits>
#include <new>

#include <fmt/format.h>

#include "core/cpu_allocator.h"
#include "core/cuda/allocator.h"
#include "lemma/core/error.h"

namespace lemma {
namespace {
// On the CPU the header and the data are one block: the data begin one cache line in.
constexpr size_t kHeader = 64;
static_assert(sizeof(Storage) <= kHeader);
}  // namespace

Ref<Storage> Storage::allocate(size_t bytes, Device device) {
  if (bytes > std::numeric_limits<size_t>::max() / 4)
    throw Error("memory", fmt::format("no system has {} bytes for a tensor", bytes));
  if (device.is_cuda()) {
    void* data = cuda_allocator::allocate(bytes, device);
    return Ref<Storage>::adopt(new Storage(data, bytes, device));
  }
  void* block = nullptr;
  try {
    block = cpu_allocator::allocate(kHeader + bytes);
  } catch (const std::bad_alloc&) {
    if (cpu_allocator::is_limited())
      throw MemoryError("memory",
                        fmt::format("{} bytes are not left for a tensor within LEMMA_MEMORY_LIMIT; a larger limit, a "
                                    "smaller batch or shorter sequences would do",
                                    bytes));
    throw MemoryError("memory", fmt::format("the system does not have {} bytes left for a tensor; a smaller batch or "
                                            "shorter sequences need less",
                                            bytes));
  }
  return Ref<Storage>::adopt(new (block) Storage(static_cast<char*>(block) + kHeader, bytes, device));
}

void Storage::destroy(Storage* storage) {
  if (storage->device_.is_cuda()) {
    cuda_allocator::release(storage->data_, storage->bytes_, storage->device_);
    delete storage;
    return;
  }
  const size_t bytes = storage->bytes_;
  cpu_allocator::release(storage, kHeader + bytes);
}

}  // namespace lemma
