#pragma once
/// What tutorial 16 counts without any device: how often kernels fetch numbers, and what that costs.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "lemma/lemma.h"

namespace tutorial {

/// How many separate pieces of 32 bytes 32 threads touch, `stride` float32 apart.
inline int64_t pieces(int64_t stride) {
  std::set<int64_t> touched;
  for (int64_t lane = 0; lane < 32; ++lane) touched.insert(lane * stride * 4 / 32);
  return static_cast<int64_t>(touched.size());
}

/// How often the busiest of the 32 banks of shared memory is read when 32 threads read one column of rows of `width`.
inline int64_t turns(int64_t width) {
  std::vector<int64_t> asked(32);
  for (int64_t lane = 0; lane < 32; ++lane) ++asked[static_cast<size_t>(lane * width % 32)];
  return *std::max_element(asked.begin(), asked.end());
}

/// A product, and how many numbers its threads loaded from global memory.
struct Counted {
  std::vector<float> c;
  int64_t loads = 0;
};

/// c = a b for n x n matrices, in the order of a kernel whose blocks compute tile x tile results each. One step along K
/// loads a piece of a column of A and a piece of a row of B; each number that was loaded is used `tile` times.
inline Counted product_in_tiles(const std::vector<float>& a, const std::vector<float>& b, int64_t n, int64_t tile) {
  Counted result{std::vector<float>(static_cast<size_t>(n * n)), 0};
  const auto at = [n](int64_t row, int64_t column) { return static_cast<size_t>(row * n + column); };
  std::vector<float> column(static_cast<size_t>(tile)), row(static_cast<size_t>(tile));  // "shared memory"
  for (int64_t i = 0; i < n; i += tile)
    for (int64_t j = 0; j < n; j += tile)
      for (int64_t k = 0; k < n; ++k) {
        for (int64_t t = 0; t < tile; ++t) {
          column[static_cast<size_t>(t)] = a[at(i + t, k)], row[static_cast<size_t>(t)] = b[at(k, j + t)];
          result.loads += 2;
        }
        for (int64_t y = 0; y < tile; ++y)
          for (int64_t x = 0; x < tile; ++x)
            result.c[at(i + y, j + x)] += column[static_cast<size_t>(y)] * row[static_cast<size_t>(x)];
      }
  return result;
}

/// A rung's arithmetic intensity: floating-point operations per byte that its threads fetch from global memory.
struct Intensity {
  const char* rung;
  double flops, bytes;
  const char* why;
  double per_byte() const { return flops / bytes; }
};
inline const std::vector<Intensity>& intensities() {
  static const std::vector<Intensity> all = {
      {"naive", 2 * 32, (16 + 2) * 32, "a warp, one k: 16 rows of A and 2 columns of B, 32 bytes for each number"},
      {"coalesced", 2 * 32, 32 + 4 * 32, "a warp, one k: 1 number of A, and 32 neighbours of B"},
      {"tiled", 2 * 16 * 16, 4 * (16 + 16), "a block, one k: 16 numbers of A, 16 of B"},
      {"blocked", 2 * 128 * 128, 4 * (128 + 128), "a block, one k: 128 of A, 128 of B"},
      {"tensor", 2 * 128 * 128, 2 * (128 + 128), "the same tile, numbers of 2 bytes"},
      {"tf32", 2 * 128 * 128, 4 * (128 + 128), "the same tile, numbers of 4 bytes"},
  };
  return all;
}

/// One A100 (80 GB): 2.0 TB/s from memory; 19.5 TFLOP/s float32, 156 tf32, 312 in 16-bit numbers. From its data sheet.
constexpr double kTerabytesPerSecond = 2.039;
inline double peak(const std::string& rung) { return rung == "tensor" ? 312 : rung == "tf32" ? 156 : 19.5; }

/// The milliseconds that a product of n x n matrices takes at least: to fetch, and to compute.
struct Least {
  double fetching, computing;
};
inline Least least_time(const Intensity& rung, double n) {
  const double tera = 2 * n * n * n * 1e-12;
  return {1e3 * tera / rung.per_byte() / kTerabytesPerSecond, 1e3 * tera / peak(rung.rung)};
}

}  // namespace tutorial
