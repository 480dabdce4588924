#pragma once
// Two tokens as one number, for tables of pairs.

#include <cstdint>

namespace lemma::text {

inline uint64_t pair_key(int64_t left, int64_t right) {
  return static_cast<uint64_t>(left) << 32 | static_cast<uint64_t>(right);
}
inline int64_t left_of(uint64_t key) { return static_cast<int64_t>(key >> 32); }
inline int64_t right_of(uint64_t key) { return static_cast<int64_t>(key & 0xFFFFFFFFU); }

}  // namespace lemma::text
