// Products of matrices against a triple loop: every transposition, batch and awkward size.

#include <cmath>

#include "tests/kernel_helpers.h"

using namespace kernel_test;

namespace {

/// Compares with a triple loop in double; for large results every 97th element.
void check(const Array& a, const Array& b) {
  const int rank = a.rank();
  const int64_t m = a.shape()[rank - 2], k = a.shape()[rank - 1], n = b.shape()[rank - 1];
  const Array y = on_device::matmul(a, b);
  Shape shape = a.shape();
  shape[rank - 1] = n;
  REQUIRE((y.shape() == shape && y.is_contiguous() && y.dtype() == a.dtype()));
  const double eps = a.dtype() == DType::float32 ? 1e-6 : 1e-14;
  const int64_t stride = y.numel() > 20000 ? 97 : 1;
  for (int64_t p = 0; p < y.numel(); p += stride) {
    const int64_t batch = p / (m * n), i = p / n % m, j = p % n;
    double sum = 0;
    for (int64_t l = 0; l < k; ++l) sum += value(a, (batch * m + i) * k + l) * value(b, (batch * k + l) * n + j);
    INFO(a.shape().str() << a.strides().str() << " x " << b.shape().str() << b.strides().str() << " at " << p);
    REQUIRE(std::fabs(value(y, p) - sum) <= eps * (4 + static_cast<double>(k)));
  }
}

}  // namespace

TEST_CASE("matmul agrees with a triple loop for every pair of layouts") {
  for (const DType dtype : kFloating)
    for (const auto& [m, k, n] : std::vector<std::array<int64_t, 3>>{{1, 1, 1},
                                                                     {1, 5, 1},
                                                                     {4, 1, 3},
                                                                     {1, 7, 9},
                                                                     {9, 7, 1},
                                                                     {3, 4, 5},
                                                                     {16, 16, 16},
                                                                     {17, 33, 9},
                                                                     {64, 50, 65},
                                                                     {0, 3, 4},
                                                                     {3, 0, 4},
                                                                     {3, 4, 0}})
      for (const Array& a : layouts({m, k}, dtype, 1))
        for (const Array& b : layouts({k, n}, dtype, 2)) check(a, b);
}

TEST_CASE("matmul takes batches in any layout, broadcast ones too") {
  for (const DType dtype : kFloating) {
    for (const Array& a : layouts({2, 3, 5, 4}, dtype, 1))
      for (const Array& b : layouts({2, 3, 4, 6}, dtype, 2)) check(a, b);
    const Array x({2, 3, 5, 4}, dtype), weight({6, 4}, dtype), one({1, 3, 4, 6}, dtype), left({5, 4}, dtype);
    randomize(x), randomize(weight, 2), randomize(one, 3), randomize(left, 4);
    const Array turned = weight.view({4, 6}, {1, 4}, 0);
    check(x, turned.expand({2, 3, 4, 6}));                                        // a Linear layer: one product
    check(x.view({3, 2, 5, 4}, {20, 60, 4, 1}, 0), turned.expand({3, 2, 4, 6}));  // rows that do not lie evenly
    check(x, one.expand({2, 3, 4, 6}));
    check(left.expand({2, 3, 5, 4}), one.expand({2, 3, 4, 6}));
    check(x, weight.view({2, 3, 4, 6}, {0, 0, 0, 4}, 0));  // equal rows: stride 0 inside the matrix
    // Attention's heads: (B, T, H, E) seen as (B, H, T, E), and the keys as (B, H, E, T).
    const Array q({2, 7, 3, 8}, dtype), keys({2, 7, 3, 8}, dtype);
    randomize(q), randomize(keys, 2);
    check(q.view({2, 3, 7, 8}, {168, 8, 24, 1}, 0), keys.view({2, 3, 8, 7}, {168, 8, 1, 24}, 0));
    check(Array({0, 3, 4}, dtype), Array({0, 4, 5}, dtype));
  }
}

TEST_CASE("large products are cut into tiles without a seam") {
  for (const auto& [m, k, n] : std::vector<std::array<int64_t, 3>>{
           {700, 130, 300}, {90, 700, 1100}, {1600, 64, 64}, {2, 3000, 900}, {1, 900, 3000}, {3000, 900, 1}}) {
    const Array a({m, k}, DType::float32), b({k, n}, DType::float32), at({k, m}, DType::float32),
        bt({n, k}, DType::float32);
    randomize(a, 1), randomize(b, 2), randomize(at, 3), randomize(bt, 4);
    check(a, b);
    check(at.view({m, k}, {1, m}, 0), b);
    check(a, bt.view({k, n}, {1, k}, 0));
    check(at.view({m, k}, {1, m}, 0), bt.view({k, n}, {1, k}, 0));
  }
}

TEST_CASE("a product passes NaN on and does not read what the result held before") {
  const Array a({3, 3}, DType::float32), b({3, 3}, DType::float32);
  randomize(a), randomize(b);
  set(a, 4, NAN);
  for (int round = 0; round < 20; ++round) {
    Array spoiled({3, 3}, DType::float32);
    on_device::fill(spoiled, NAN);
    spoiled = Array();
    const Array y = on_device::matmul(a, b);
    for (int64_t p = 0; p < 9; ++p) REQUIRE(std::isnan(value(y, p)) == (p / 3 == 1));
  }
}

TEST_CASE("products give the same bits with any number of threads") {
  const Array a({611, 257}, DType::float32), b({257, 389}, DType::float32), batch({24, 50, 64}, DType::float32);
  randomize(a), randomize(b, 2), randomize(batch, 3);
  REQUIRE(same_for_any_threads([&] { return on_device::matmul(a, b); }));
  REQUIRE(same_for_any_threads([&] { return on_device::matmul(batch, batch.view({24, 64, 50}, {3200, 1, 64}, 0)); }));
}
