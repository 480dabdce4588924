#pragma once
/// Sizes that the caching allocators round up to, so that freed blocks fit later requests.
///
/// Multiples of 64 up to 1 KiB, then eight steps to each doubling: at most one eighth is unused.

#include <bit>
#include <cstddef>

namespace lemma::size_classes {

inline constexpr size_t kCount = 16 + 8 * 53;

inline size_t class_of(size_t bytes) {
  if (bytes <= 1024) return bytes == 0 ? 0 : (bytes - 1) / 64;
  const size_t log = static_cast<size_t>(std::bit_width(bytes - 1)) - 1;  // 2^log <= bytes - 1 < 2^(log + 1)
  return 16 + (log - 10) * 8 + (((bytes - 1) >> (log - 3)) & 7);
}
inline size_t class_bytes(size_t index) {
  if (index < 16) return (index + 1) * 64;
  const size_t log = 10 + (index - 16) / 8, step = (index - 16) % 8;
  return (size_t{1} << log) + (step + 1) * (size_t{1} << (log - 3));
}

}  // namespace lemma::size_classes
