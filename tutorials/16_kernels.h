#pragma once
/// The kernels of tutorial 16 as functions on arrays of a CUDA device; 16_kernels.cu has them.

#include "lemma/core/array.h"

namespace lesson {

using lemma::Array;

/// int64, one per element: 1000 times the block's number plus the thread's number in it. n threads in blocks of 256.
Array who_am_i(int64_t n);
/// y = a x + y for float32 x and y of one size.
void axpy(float a, const Array& x, const Array& y);

/// 256 threads each add 1 to one number: all read, all write.
Array count_with_a_race();
/// ... with atomicAdd.
Array count_with_atomics();
/// Adds value[i] to zeros(size)[index[i]] with atomicAdd, in whatever order the threads arrive. `backwards`: the
/// threads take the elements from the last to the first.
Array atomic_scatter_add(const Array& index, const Array& value, int64_t size, bool backwards);

/// The sums of blocks of 256 neighbours.
Array block_sums(const Array& x);

/// The transpose of a float32 matrix, sent through a shared tile of 32 x 32.
Array transpose(const Array& x);

}  // namespace lesson
