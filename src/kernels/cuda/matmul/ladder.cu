#include "kernels/cuda/matmul/ladder.h"

#include <algorithm>
#include <string>

#include "kernels/collapse.h"
#include "kernels/cuda/dtype.h"

namespace lemma::kernels::cuda {
namespace {

constexpr DType kFloating[] = {DType::float32, DType::float64, DType::float16, DType::bfloat16};
constexpr DType kWhole[] = {DType::float32, DType::float64};
constexpr DType kHalves[] = {DType::float16, DType::bfloat16};
constexpr DType kFloat[] = {DType::float32};

constexpr Rung kLadder[] = {
    {"naive", "one thread per element of C", multiply_naive, kFloating},
    {"coalesced", "neighbouring threads read neighbours in memory", multiply_coalesced, kFloating},
    {"tiled", "16 x 16 tiles in shared memory", multiply_tiled, kFloating},
    {"blocked", "8 x 8 numbers per thread in registers, copies alongside the arithmetic", multiply_blocked, kWhole},
    {"tensor", "tensor cores, 16-bit numbers", multiply_tensor, kHalves},
    {"tf32", "tensor cores, float32 rounded to 10 fraction bits", multiply_tf32, kFloat},
};

}  // namespace

bool Rung::takes(DType dtype) const { return std::find(dtypes.begin(), dtypes.end(), dtype) != dtypes.end(); }

std::span<const Rung> ladder() { return kLadder; }

const Rung& rung(std::string_view name) {
  std::string names;
  for (const Rung& each : kLadder) {
    if (each.name == name) return each;
    names += (names.empty() ? "" : ", ") + std::string(each.name);
  }
  throw Error("matmul", "no rung '" + std::string(name) + "' in the ladder: " + names);
}

Array multiply_with(const Rung& rung, const Array& a, const Array& b) {
  if (!rung.takes(a.dtype())) refuse("matmul", a.dtype());
  lemma::cuda::use(a.device());
  Shape shape = a.shape();
  shape[a.rank() - 1] = b.shape()[b.rank() - 1];
  const Array c(shape, a.dtype(), a.device());
  if (c.numel() == 0) return c;
  if (a.shape()[a.rank() - 1] == 0)
    fill(c, 0);
  else
    rung.multiply(c, a, b);
  return c;
}

}  // namespace lemma::kernels::cuda
