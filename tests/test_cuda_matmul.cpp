// Every rung of the CUDA ladder against a triple loop in float64, with bounds that follow from the number formats.

#include <bit>
#include <cmath>

#include "kernels/cuda/matmul/ladder.h"
#include "lemma/core/cuda.h"
#include "lemma/core/error.h"
#include "lemma/core/matmul_precision.h"
#include "tests/kernel_helpers.h"

using namespace kernel_test;
using kernels::cuda::ladder;
using kernels::cuda::multiply_with;
using kernels::cuda::rung;
using kernels::cuda::Rung;

namespace {

bool no_device() {
  if (cuda::is_available()) return false;
  WARN("skipped: " << cuda::why_unavailable());
  return true;
}

/// One matrix or batch, on the CPU and on the device in the same layout.
struct Operand {
  Array cpu, device;
  std::vector<double> values() const {
    const Array wide(cpu.shape(), DType::float64);
    kernels::copy(wide, cpu);
    return {wide.data<double>(), wide.data<double>() + wide.numel()};
  }
};

enum class Layout { contiguous, transposed, long_rows, odd_offset, every_second, same_rows };
constexpr Layout kLayouts[] = {Layout::contiguous, Layout::transposed,   Layout::long_rows,
                               Layout::odd_offset, Layout::every_second, Layout::same_rows};

Operand operand(int64_t batches, int64_t rows, int64_t cols, Layout layout, DType dtype, uint64_t seed) {
  Strides strides{rows * cols, cols, 1};
  int64_t offset = 0;
  if (layout == Layout::transposed) strides = {rows * cols, 1, rows};
  if (layout == Layout::long_rows) strides = {rows * (cols + 16), cols + 16, 1};
  if (layout == Layout::odd_offset) strides = {rows * (cols + 3), cols + 3, 1}, offset = 1;
  if (layout == Layout::every_second) strides = {rows * cols * 2, cols * 2, 2};
  if (layout == Layout::same_rows) strides = {cols, 0, 1};
  const Shape shape{batches, rows, cols};
  int64_t size = offset + 1;
  for (int d = 0; d < 3; ++d) size += (std::max<int64_t>(shape[d], 1) - 1) * strides[d];
  const Array wide({size}, DType::float32), memory({size}, dtype), there({size}, dtype, Device::cuda());
  randomize(wide, seed);
  kernels::copy(memory, wide);
  kernels::copy(there, memory);
  return {memory.view(shape, strides, offset), there.view(shape, strides, offset)};
}

Operand shared_by_all(const Operand& x, int64_t batches) {
  const Shape shape{batches, x.cpu.shape()[1], x.cpu.shape()[2]};
  return {x.cpu.expand(shape), x.device.expand(shape)};
}

std::vector<double> on_host(const Array& x) {
  const Array wide(x.shape(), DType::float64), same(x.shape(), x.dtype());
  kernels::copy(same, x);
  kernels::copy(wide, same);
  return {wide.data<double>(), wide.data<double>() + wide.numel()};
}

/// To 10 fraction bits, ties away from zero.
double tf32(double x) {
  return std::bit_cast<float>((std::bit_cast<uint32_t>(static_cast<float>(x)) + 0x1000u) & 0xffffe000u);
}

/// Unit roundoff of a dtype.
double roundoff(DType dtype) {
  return std::ldexp(1.0, dtype == DType::float64    ? -53
                         : dtype == DType::float32  ? -24
                         : dtype == DType::bfloat16 ? -8
                                                    : -11);
}

void check(const Rung& rung, const Operand& a, const Operand& b) {
  const DType dtype = a.cpu.dtype();
  const bool tensor_cores = rung.name == std::string("tensor") || rung.name == std::string("tf32");
  const Array c = multiply_with(rung, a.device, b.device);
  const int64_t batches = a.cpu.shape()[0], m = a.cpu.shape()[1], k = a.cpu.shape()[2], n = b.cpu.shape()[2];
  REQUIRE((c.shape() == Shape{batches, m, n} && c.is_contiguous() && c.dtype() == dtype));
  std::vector<double> x = a.values(), y = b.values();
  const std::vector<double> z = on_host(c);
  if (rung.name == std::string("tf32"))
    for (std::vector<double>* numbers : {&x, &y})
      for (double& number : *numbers) number = tf32(number);
  // k additions and products, each off by at most half a unit of its sum; tensor cores cut some bits off instead.
  const double wide = dtype == DType::float64 ? roundoff(DType::float64) : roundoff(DType::float32);
  const double sums = (static_cast<double>(k) + 2) * wide * (tensor_cores ? 4 : 1);
  const double stored = is_half(dtype) ? roundoff(dtype) : 0;
  const int64_t step = z.size() > 40000 ? 61 : 1;
  for (int64_t p = 0; p < static_cast<int64_t>(z.size()); p += step) {
    const int64_t i = p / n, batch = i / m, j = p % n;
    double sum = 0, size = 0;
    for (int64_t l = 0; l < k; ++l) {
      const double product = x[static_cast<size_t>(i * k + l)] * y[static_cast<size_t>((batch * k + l) * n + j)];
      sum += product, size += std::fabs(product);
    }
    INFO(rung.name << " " << name(dtype) << " " << a.cpu.shape().str() << a.cpu.strides().str() << " x "
                   << b.cpu.shape().str() << b.cpu.strides().str() << " at " << p);
    REQUIRE(std::fabs(z[static_cast<size_t>(p)] - sum) <= sums * size + stored * std::fabs(sum) + 1e-30);
  }
}

void check_all(const Operand& a, const Operand& b) {
  for (const Rung& rung : ladder())
    if (rung.takes(a.cpu.dtype())) check(rung, a, b);
}

constexpr DType kDTypes[] = {DType::float32, DType::float64, DType::float16, DType::bfloat16};

}  // namespace

TEST_CASE("every rung of the ladder agrees with float64 on every pair of layouts") {
  if (no_device()) return;
  for (const DType dtype : kDTypes)
    for (const auto& [m, k, n] : std::vector<std::array<int64_t, 3>>{{17, 33, 9}, {40, 24, 72}})
      for (const Layout la : kLayouts)
        for (const Layout lb : kLayouts) check_all(operand(1, m, k, la, dtype, 1), operand(1, k, n, lb, dtype, 2));
}

TEST_CASE("every rung takes square, odd, skinny and long products, K = 0 and empty ones") {
  if (no_device()) return;
  for (const DType dtype : kDTypes)
    for (const auto& [m, k, n] : std::vector<std::array<int64_t, 3>>{{1, 1, 1},
                                                                     {64, 64, 64},
                                                                     {65, 31, 66},
                                                                     {1, 300, 5},
                                                                     {5, 300, 1},
                                                                     {130, 16, 3},
                                                                     {3, 17, 200},
                                                                     {20, 700, 30},
                                                                     {3, 0, 4},
                                                                     {0, 3, 4},
                                                                     {3, 4, 0}})
      for (const Layout layout : {Layout::contiguous, Layout::transposed})
        check_all(operand(1, m, k, layout, dtype, 1), operand(1, k, n, layout, dtype, 2));
}

TEST_CASE("every rung takes batches, broadcast ones too") {
  if (no_device()) return;
  for (const DType dtype : kDTypes)
    for (const Layout layout : {Layout::contiguous, Layout::transposed, Layout::odd_offset}) {
      const Operand a = operand(3, 20, 18, layout, dtype, 1), b = operand(3, 18, 7, layout, dtype, 2);
      check_all(a, b);
      check_all(a, shared_by_all(operand(1, 18, 7, layout, dtype, 3), 3));
      check_all(shared_by_all(operand(1, 5, 18, layout, dtype, 4), 3), b);
    }
}

TEST_CASE("the large tiles, which only many tiles bring out, agree too") {
  if (no_device()) return;
  for (const DType dtype : kDTypes)
    for (const Layout la : {Layout::contiguous, Layout::transposed, Layout::odd_offset})
      for (const Layout lb : {Layout::contiguous, Layout::transposed}) {
        if (dtype == DType::float64) continue;  // has one size of tile
        // float16 differs from bfloat16 in one instruction only; only the blocked rung reads odd offsets in place.
        if (dtype == DType::float16 && (la != Layout::contiguous || lb != Layout::contiguous)) continue;
        if (la == Layout::odd_offset && (dtype != DType::float32 || lb == Layout::transposed)) continue;
        const Operand a = operand(1, 72, 24, la, dtype, 1), b = operand(1, 24, 80, lb, dtype, 2);
        for (const char* name : {"blocked", "tensor", "tf32"})
          if (rung(name).takes(dtype)) check(rung(name), shared_by_all(a, 128), shared_by_all(b, 128));
      }
}

TEST_CASE("a product on the device gives the same bits every time") {
  if (no_device()) return;
  for (const DType dtype : kDTypes) {
    const Operand a = operand(1, 30, 900, Layout::contiguous, dtype, 1),
                  b = operand(1, 900, 20, Layout::contiguous, dtype, 2);
    const std::vector<double> first = on_host(kernels::matmul(a.device, b.device));
    for (int round = 0; round < 3; ++round) REQUIRE(on_host(kernels::matmul(a.device, b.device)) == first);
  }
}

TEST_CASE("tf32 runs only when it is asked for") {
  if (no_device()) return;
  const Operand a = operand(1, 32, 40, Layout::contiguous, DType::float32, 1),
                b = operand(1, 40, 24, Layout::contiguous, DType::float32, 2);
  const auto run = [&] { return on_host(kernels::matmul(a.device, b.device)); };
  REQUIRE(get_float32_matmul_precision() == "highest");
  const std::vector<double> exact = run(), rounded = on_host(multiply_with(rung("tf32"), a.device, b.device));
  REQUIRE(exact == on_host(multiply_with(rung("blocked"), a.device, b.device)));
  set_float32_matmul_precision("high");
  const std::vector<double> fast = run();
  set_float32_matmul_precision("highest");
  REQUIRE(fast == rounded);
  REQUIRE(fast != exact);
  REQUIRE(run() == exact);
}

TEST_CASE("the ladder refuses in words what it does not take") {
  if (no_device()) return;
  const Array whole({2, 2}, DType::int64, Device::cuda()), real({2, 2}, DType::float32, Device::cuda());
  REQUIRE_THROWS_WITH(kernels::matmul(whole, whole), "[matmul] needs a floating dtype, got int64");
  REQUIRE_THROWS_WITH(multiply_with(rung("tensor"), real, real), "[matmul] the CUDA kernel does not take float32");
  REQUIRE_THROWS_WITH(rung("wgmma"),
                      "[matmul] no rung 'wgmma' in the ladder: naive, coalesced, tiled, blocked, tensor, tf32");
}

TEST_CASE("the precision of float32 products is one of two words") {
  REQUIRE_THROWS_WITH(
      set_float32_matmul_precision("medium"),
      "[set_float32_matmul_precision] unknown precision 'medium': \"highest\" (float32) or \"high\" (tf32)");
  REQUIRE(get_float32_matmul_precision() == "highest");
}
