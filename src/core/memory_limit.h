#pragma once
/// How much memory there is to take.

#include <cstddef>

namespace lemma::memory_limit {

/// LEMMA_MEMORY_LIMIT ("1500000", "800M", "6G") in bytes, the most that tensors may hold on a device; 0 where it is
/// unset. Throws ValueError for a text that is no size.
size_t from_environment();
/// Bytes of the CPU's memory that the machine, this process's control groups and its own limit on address space leave.
size_t left_by_system();

}  // namespace lemma::memory_limit
