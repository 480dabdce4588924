#pragma once
/// How much memory of the CPU there is to take.

#include <cstddef>

namespace lemma::memory_limit {

/// LEMMA_MEMORY_LIMIT in bytes, the most that tensors may hold; the largest size_t where it is unset. Throws
/// ValueError for a text that is no size.
size_t from_environment();
/// Bytes that the machine, this process's control groups and its own limit on address space leave.
size_t left_by_system();

}  // namespace lemma::memory_limit
