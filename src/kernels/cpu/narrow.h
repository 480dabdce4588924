#pragma once
/// Products with a left side of few rows, such as those of depthwise convolutions: too little for packing to pay.

#include "kernels/cpu/gemm_wide.h"

namespace lemma::kernels::cpu {

inline constexpr int64_t kNarrow = 4;  ///< rows of the left side

/// c (m x n, row stride ldc) = a (m x k) b (k x n), m <= kNarrow, where b's columns mostly lie next to each other.
void narrow_across(int64_t m, int64_t n, int64_t k, const Scattered& a, const Scattered& b, float* c, int64_t ldc);
/// The same where a's columns, and with them b's rows, mostly do: `b` is given transposed, (n x k).
void narrow_along(int64_t m, int64_t n, int64_t k, const Scattered& a, const Scattered& b, float* c, int64_t ldc);

}  // namespace lemma::kernels::cpu
