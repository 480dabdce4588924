#pragma once
/// The inner loops of a reduction of one op and dtype. An accumulator has acc_size bytes: float64 for sums and products
/// of float32, the elements' own type otherwise.

#include <cstddef>
#include <cstdint>

#include "kernels/kernels.h"

namespace lemma::kernels::cpu {

struct ReduceLoops {
  int64_t acc_size;
  /// out[r * out_stride] = the n elements from x + r * row_stride on; `rows_raw` leaves accumulators, `rows` elements.
  void (*rows)(const char* x, int64_t row_stride, int64_t rows, int64_t n, char* out, int64_t out_stride);
  void (*rows_raw)(const char* x, int64_t row_stride, int64_t rows, int64_t n, char* out, int64_t out_stride);
  /// acc[c] = acc[c] combined with x[r * row_stride + c] of all rows.
  void (*columns)(const char* x, int64_t row_stride, int64_t rows, int64_t columns, char* acc);
  void (*clear)(char* acc, int64_t n);                     ///< acc[i] = the result for no elements
  void (*merge)(char* into, const char* from, int64_t n);  ///< into[i] = into[i] combined with from[i]
  void (*finish)(const char* acc, char* out, int64_t n);   ///< accumulators to elements
};

/// Requires: a floating dtype or int64.
ReduceLoops reduce_loops(Reduce op, DType dtype);

}  // namespace lemma::kernels::cpu
