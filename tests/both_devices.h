#pragma once
/// The same call on the CPU and on CUDA, and how far the results are apart.

#include <algorithm>
#include <cmath>
#include <functional>

#include "tests/cuda_helpers.h"
#include "tests/kernel_helpers.h"

namespace kernel_test {

inline const std::vector<DType> kEveryFloating = {DType::float32, DType::float64, DType::float16, DType::bfloat16};
// Around lanes, warps, blocks, packs, the pieces of a sort and of an optimiser's block.
inline const std::vector<int64_t> kBorders = {1,    2,    3,    4,    5,    31,   32,   33,   63,   64,
                                              65,   127,  128,  129,  255,  256,  257,  511,  512,  513,
                                              1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097, 8193};

inline Array fresh(const Shape& shape, DType dtype, uint64_t seed = 1) {
  const Array x(shape, dtype);
  randomize(x, seed);
  return x;
}

/// The same call on both devices: the arrays on the host, the results too.
struct Both {
  Array cpu, cuda;
};
inline Both on_both(const std::function<Array()>& make) {
  Both both;
  {
    const DefaultDevice there(Device::cpu());
    both.cpu = make();
  }
  const DefaultDevice there(Device::cuda());
  both.cuda = make();
  REQUIRE(same_bits(both.cuda, make()));  // from run to run
  return both;
}

/// Largest difference, relative to the larger of 1 and the largest value.
inline double distance(const Both& both) {
  REQUIRE((both.cpu.shape() == both.cuda.shape() && both.cpu.dtype() == both.cuda.dtype()));
  double worst = 0, scale = 1;
  for (int64_t p = 0; p < both.cpu.numel(); ++p) {
    const double a = value(both.cpu, p), b = value(both.cuda, p);
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    if (!std::isfinite(a) || !std::isfinite(b)) return INFINITY;
    worst = std::max(worst, std::fabs(a - b)), scale = std::max(scale, std::fabs(a));
  }
  return worst / scale;
}

/// At most one unit in the last place of 1; for float64, what sums in another order differ by.
inline double one_rounding(DType dtype) {
  return dtype == DType::bfloat16  ? 0x1p-8
         : dtype == DType::float16 ? 0x1p-11
         : dtype == DType::float32 ? 0x1p-23
                                   : 1e-14;
}

}  // namespace kernel_test
