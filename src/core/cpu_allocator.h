#pragma once
/// Memory of the CPU: a caching allocator.

#include "core/caching_allocator.h"

namespace lemma::cpu_allocator {

/// Room for `bytes`, aligned to 64. Throws std::bad_alloc when the system has none.
void* allocate(size_t bytes);
/// `bytes` as they were asked for.
void release(void* block, size_t bytes);

/// Whether LEMMA_MEMORY_LIMIT is set.
bool is_limited();
MemoryFigures figures();
void reset_peak();
void empty_cache();

}  // namespace lemma::cpu_allocator
