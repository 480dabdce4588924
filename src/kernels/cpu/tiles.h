#pragma once
/// How a product is cut into parts for threads: by its shape alone.

#include <algorithm>
#include <cstdint>

namespace lemma::kernels::cpu {

/// A grid of tiles, enough of them for several threads but each large enough to be worth the packing inside BLAS.
struct Grid {
  int64_t rows = 1, columns = 1;
  Grid(int64_t m, int64_t n, int64_t k) {
    const double flops = 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
    const int64_t large = ((m + 511) / 512) * ((n + 511) / 512);
    const int64_t wanted = std::max<int64_t>(flops < 4e6 ? 1 : flops < 4e7 ? 2 : 4, std::min<int64_t>(large, 64));
    while (rows * columns < wanted) {
      if (m / rows >= n / columns)
        rows *= 2;
      else
        columns *= 2;
    }
  }
  int64_t tiles() const { return rows * columns; }
};

/// Where part `i` of `parts` begins: on multiples of 16, the height of BLAS's own blocks.
inline int64_t cut(int64_t size, int64_t i, int64_t parts) { return i == parts ? size : size * i / parts / 16 * 16; }

/// So many products of m x k by k x n that one thread should do them in a row.
inline int64_t product_grain(int64_t m, int64_t n, int64_t k, int64_t tiles) {
  const double flops =
      2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k) / static_cast<double>(tiles);
  return std::max<int64_t>(1, static_cast<int64_t>(1e6 / (flops + 1)));
}

}  // namespace lemma::kernels::cpu
