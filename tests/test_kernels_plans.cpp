// The arithmetic of CUDA kernels on arrays too large for any memory: no device is needed.

#include "kernels/cuda/reduce_plan.h"
#include "tests/catch.h"

using namespace lemma;

TEST_CASE("positions beyond 2^31 are counted in 64 bits, and no sooner") {
  namespace k = lemma::kernels::cuda;
  constexpr int64_t kHuge = int64_t{1} << 31;
  const auto collapsed = [](const Shape& shape, const Strides& strides) {
    return kernels::collapse<1>(shape, {&strides});
  };
  REQUIRE(k::fits_32_bits(collapsed({kHuge - 1}, {1})));
  REQUIRE(!k::fits_32_bits(collapsed({kHuge}, {1})));
  REQUIRE(!k::fits_32_bits(collapsed({2, 3}, {kHuge, 1})));      // few elements, far apart
  REQUIRE(!k::fits_32_bits(collapsed({kHuge / 2, 2}, {0, 1})));  // many, on two places
  REQUIRE(k::fits_32_bits(collapsed({1, 5}, {kHuge, 1})));       // a dim of one is never walked
  // The last element of (3, 5, 2^30) and one in the middle, in two layouts.
  const Shape shape({3, 5, kHuge / 2});
  const Strides rows = contiguous_strides(shape), turned({1, 3, 15});
  const auto walk = k::walk_of<2, int64_t>(kernels::collapse<2>(shape, {&rows, &turned}));
  for (const int64_t p : {shape.numel() - 1, shape.numel() / 2 + 12345, kHuge, kHuge + 1, int64_t{0}}) {
    int64_t at[2];
    walk.offsets(p, at);
    const int64_t a = p / (5 * (kHuge / 2)), b = p / (kHuge / 2) % 5, c = p % (kHuge / 2);
    REQUIRE(at[0] == p);
    REQUIRE(at[1] == a + 3 * b + 15 * c);
  }
}

TEST_CASE("what 32 bits do not count is halved along the dim that reaches furthest") {
  namespace k = lemma::kernels::cuda;
  constexpr int64_t kHuge = int64_t{1} << 31;
  const auto halved = [](const Shape& shape, const Strides& out, const Strides& in) {
    return k::dim_to_halve<2>(shape, {&out, &in});
  };
  REQUIRE(halved({kHuge - 1}, {1}, {1}) == -1);
  REQUIRE(halved({kHuge}, {1}, {1}) == 0);
  REQUIRE(halved({kHuge}, {1}, {0}) == 0);  // one number, stretched
  REQUIRE(halved({3, kHuge / 2}, {kHuge / 2, 1}, {1, 3}) == 1);
  REQUIRE(halved({2, 3}, {3, 1}, {kHuge, 1}) == 0);   // few elements, far apart
  REQUIRE(halved({2, 3}, {3, 1}, {-kHuge, 1}) == 0);  // ... backwards
  REQUIRE(halved({2, 3}, {3, 1}, {-kHuge / 2, 1}) == -1);
  REQUIRE(halved({1, 5}, {kHuge, 1}, {kHuge, 1}) == -1);  // a dim of one is never walked
}

TEST_CASE("a reduction's plan covers every element once, whatever the size") {
  namespace k = lemma::kernels::cuda;
  constexpr int64_t kHuge = int64_t{1} << 33;
  const auto plan = [](const Shape& shape, const Dims& dims) {
    const Strides x = contiguous_strides(shape);
    Shape out = shape;
    for (const int64_t d : dims) out[static_cast<int>(d)] = 1;
    return k::plan_reduce(shape, x, contiguous_strides(out), dims);
  };
  for (const auto& [shape, dims] : std::vector<std::pair<Shape, Dims>>{{{kHuge}, {0}},
                                                                       {{kHuge, 3}, {0}},
                                                                       {{3, kHuge}, {1}},
                                                                       {{3, kHuge}, {0}},
                                                                       {{7, 1 << 20, 1 << 12}, {0, 2}},
                                                                       {{1 << 20, 768}, {1}},
                                                                       {{32768, 768}, {0}},
                                                                       {{5}, {0}},
                                                                       {{1025}, {0}}}) {
    const k::ReducePlan p = plan(shape, dims), merge = k::plan_merge(p);
    INFO(shape.str() << " " << dims.str());
    REQUIRE(p.outs * p.n == shape.numel());
    REQUIRE(p.lanes * p.across() == k::ReducePlan::kBlock);
    REQUIRE((p.chunk * p.chunks >= p.n && p.chunk * (p.chunks - 1) < p.n && p.chunk % 4 == 0));
    REQUIRE(p.fits_32_bits() == (shape.numel() < int64_t{1} << 31));
    REQUIRE((p.outs + p.across() - 1) / p.across() < int64_t{1} << 31);  // blocks of a grid
    REQUIRE(p.chunks <= 65535);
    REQUIRE((merge.n == p.chunks && merge.outs == p.outs && merge.chunks == 1 && merge.chunk >= merge.n));
  }
  REQUIRE(plan({kHuge}, {0}).chunks > 100);        // one long row keeps a whole GPU busy
  REQUIRE(plan({1 << 20, 768}, {1}).chunks == 1);  // many rows do so by themselves
  REQUIRE(plan({32768, 768}, {0}).chunks > 1);
  REQUIRE((plan({32768, 768}, {1}).rows && !plan({32768, 768}, {0}).rows));
}
