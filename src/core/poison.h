#pragma once
/// Under the address sanitizer, memory that a cache keeps counts as freed, and what a block has beyond the bytes asked
/// for as out of bounds. Elsewhere nothing happens.

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEMMA_ADDRESS_SANITIZER 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define LEMMA_ADDRESS_SANITIZER 1
#endif

#if defined(LEMMA_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#endif

namespace lemma::poison {

#if defined(LEMMA_ADDRESS_SANITIZER)
inline constexpr bool kActive = true;
#else
inline constexpr bool kActive = false;
#endif

/// The first `bytes` of a block of `size` may be used, the others not.
inline void open([[maybe_unused]] void* block, [[maybe_unused]] size_t bytes, [[maybe_unused]] size_t size) {
#if defined(LEMMA_ADDRESS_SANITIZER)
  __asan_unpoison_memory_region(block, bytes);
  __asan_poison_memory_region(static_cast<char*>(block) + bytes, size - bytes);
#endif
}

}  // namespace lemma::poison
