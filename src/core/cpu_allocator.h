#pragma once
/// The caching allocator of the CPU: freed blocks are kept by size class and handed out again.

#include <cstddef>

namespace lemma::cpu_allocator {

/// Room for `bytes`, aligned to 64. Throws std::bad_alloc when the system has none.
void* allocate(size_t bytes);
/// `bytes` as it was asked for.
void release(void* block, size_t bytes);

struct Figures {
  size_t active, peak, cached, requests;
};
Figures figures();
void reset_peak();
void empty_cache();

}  // namespace lemma::cpu_allocator
