// What only the CUDA device can get wrong: sizes at the borders of warps and blocks, cuts of long lines, half types,
// 64-bit positions, launches; and every kernel beside the CPU's.

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/cuda/launch_count.h"
#include "kernels/cuda/reduce_plan.h"
#include "lemma/core/cuda.h"
#include "tests/cuda_helpers.h"
#include "tests/kernel_helpers.h"

using namespace kernel_test;

namespace {

const std::vector<DType> kHalves = {DType::float16, DType::bfloat16};
const std::vector<DType> kEveryFloating = {DType::float32, DType::float64, DType::float16, DType::bfloat16};
// Around lanes, warps, blocks, packs, the pieces of a sort and of an optimiser's block.
const std::vector<int64_t> kBorders = {1,    2,    3,    4,    5,    31,   32,   33,   63,   64,
                                       65,   127,  128,  129,  255,  256,  257,  511,  512,  513,
                                       1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097, 8193};

Array fresh(const Shape& shape, DType dtype, uint64_t seed = 1) {
  const Array x(shape, dtype);
  randomize(x, seed);
  return x;
}

/// The same call on both devices: the arrays on the host, the results too.
struct Both {
  Array cpu, cuda;
};
Both on_both(const std::function<Array()>& make) {
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
double distance(const Both& both) {
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

double one_rounding(DType dtype) {
  return dtype == DType::bfloat16  ? 0x1p-8
         : dtype == DType::float16 ? 0x1p-11
         : dtype == DType::float32 ? 0x1p-23
                                   : 1e-14;
}

void randomize_index(const Array& index, int64_t size, uint64_t seed) {
  Numbers numbers;
  numbers.state += seed * 77;
  for (int64_t p = 0; p < index.numel(); ++p)
    set(index, p, std::floor((numbers.next(DType::float64) + 2) / 4 * static_cast<double>(size)));
}

}  // namespace

TEST_CASE("CUDA and the CPU agree on reductions at the borders of warps and blocks") {
  if (!have_cuda()) return;
  for (const DType dtype : kEveryFloating)
    for (const int64_t n : kBorders)
      for (const Shape& shape : std::vector<Shape>{{n}, {3, n}, {n, 3}, {2, n, 5}})
        for (const int dim : {0, shape.rank() - 1, shape.rank() / 2}) {
          const Array x = fresh(shape, dtype);
          for (const Reduce op : {Reduce::Sum, Reduce::SumSquares, Reduce::Max, Reduce::Min}) {
            INFO(name(dtype) << " " << shape.str() << " dim " << dim << " op " << int(op));
            const Both both = on_both([&] { return on_device::reduce(op, x, dim); });
            if (op == Reduce::Max || op == Reduce::Min)
              REQUIRE(same_bits(both.cpu, both.cuda));
            else
              REQUIRE(distance(both) <= one_rounding(dtype));
          }
          for (const ArgReduce op : {ArgReduce::Max, ArgReduce::Min}) {
            const Both both = on_both([&] { return on_device::arg_reduce(op, x, dim); });
            REQUIRE(same_bits(both.cpu, both.cuda));
          }
        }
}

TEST_CASE("CUDA finds the first of equal extremes, and the first NaN, across every cut of a long line") {
  if (!have_cuda()) return;
  const DefaultDevice there(Device::cuda());
  for (const Shape& shape : std::vector<Shape>{{70001}, {70001, 2}, {2, 70001}}) {
    const int dim = shape[0] == 70001 ? 0 : 1;
    const Array x(shape, DType::float32);
    const int64_t step = x.strides()[dim];
    for (const auto& [first, second] : std::vector<std::pair<int64_t, int64_t>>{
             {5, 6}, {5, 69999}, {8191, 8192}, {31, 32}, {32768, 40000}, {70000, 70000}}) {
      for (int64_t p = 0; p < x.numel(); ++p) set(x, p, 0);
      for (const double extreme : {3.0, static_cast<double>(NAN)}) {
        set(x, first * step, extreme), set(x, second * step, extreme);
        REQUIRE(value(on_device::arg_reduce(ArgReduce::Max, x, dim), 0) == static_cast<double>(first));
      }
      REQUIRE(value(on_device::arg_reduce(ArgReduce::Min, x, dim), 0) == static_cast<double>(first));
      REQUIRE(std::isnan(value(on_device::reduce(Reduce::Max, x, dim), 0)));
    }
  }
}

TEST_CASE("a float32 sum on CUDA is right to the last place, infinities and cancelling terms included") {
  if (!have_cuda()) return;
  const DefaultDevice there(Device::cuda());
  for (const Shape& shape : std::vector<Shape>{{300007}, {300007, 1}, {100003, 3}, {3, 100003}}) {
    const int dim = shape[0] > 3 ? 0 : 1;
    const Array x(shape, DType::float32);
    Numbers numbers;
    // Large terms that cancel, with small ones between them.
    for (int64_t p = 0; p < x.numel(); ++p) set(x, p, (p % 2 ? -1e6 : 1e6) + numbers.next(DType::float32));
    const Array y = on_device::reduce(Reduce::Sum, x, dim), square = on_device::reduce(Reduce::SumSquares, x, dim);
    for (int64_t r = 0; r < y.numel(); ++r) {
      double sum = 0, squares = 0;
      for (int64_t k = 0; k < shape[dim]; ++k) {
        const double v = value(x, dim == 0 ? k * y.numel() + r : r * shape[dim] + k);
        sum += v, squares += v * v;
      }
      INFO(shape.str() << ": " << value(y, r) << " for " << sum);
      REQUIRE(std::fabs(value(y, r) - sum) <= 0x1p-23 * std::fabs(sum));
      REQUIRE(std::fabs(value(square, r) - squares) <= 0x1p-23 * squares);
    }
    set(x, 0, INFINITY);
    REQUIRE(value(on_device::reduce(Reduce::Sum, x, dim), 0) == INFINITY);
    REQUIRE(value(on_device::scan(Scan::Sum, x, dim, false), 0) == INFINITY);
  }
}

TEST_CASE("CUDA and the CPU agree on running sums of any length, forwards and backwards") {
  if (!have_cuda()) return;
  for (const DType dtype : kEveryFloating)
    for (const int64_t n : {1, 2, 31, 32, 33, 129, 1000, 1024, 1025, 4097, 9000})
      for (const Shape& shape : std::vector<Shape>{{n}, {5, n}, {n, 3}})
        for (const bool reverse : {false, true}) {
          const Array x = fresh(shape, dtype);
          const int dim = shape.rank() == 2 && shape[1] == n ? 1 : 0;
          const Both both = on_both([&] { return on_device::scan(Scan::Sum, x, dim, reverse); });
          INFO(name(dtype) << " " << shape.str() << " dim " << dim);
          REQUIRE(distance(both) <= one_rounding(dtype));
        }
  const Array many = fresh({6, 3000}, DType::float32), whole = fresh({3, 70001}, DType::int64);
  REQUIRE(distance(on_both([&] { return on_device::scan(Scan::Sum, many, 0, false); })) <= 0x1p-23);
  const Both both = on_both([&] { return on_device::scan(Scan::Sum, whole, 1, true); });
  REQUIRE(same_bits(both.cpu, both.cuda));
}

TEST_CASE("CUDA sorts lines of any length as the CPU does, equal elements in their order") {
  if (!have_cuda()) return;
  for (const DType dtype : {DType::float32, DType::float64, DType::int64, DType::boolean, DType::float16})
    for (const int64_t n : {1, 2, 3, 31, 33, 64, 1000, 1023, 1024, 1025, 2048, 2049, 5000})
      for (const bool descending : {false, true}) {
        const Array x = fresh({3, n}, dtype, static_cast<uint64_t>(n));
        for (int64_t p = 0; p < x.numel(); p += 3) set(x, p, p % 2 ? 1 : 0);  // many equal ones
        if (is_floating(dtype))
          for (int64_t p = 1; p < x.numel(); p += 7)
            set(x, p, p % 3 == 0 ? NAN : p % 3 == 1 ? -0.0 : p % 2 ? INFINITY : -INFINITY);
        const Array turned = x.view({n, 3}, {1, n}, 0);
        INFO(name(dtype) << " " << n << (descending ? " descending" : ""));
        Both both = on_both([&] { return on_device::argsort(x, 1, descending); });
        REQUIRE(same_bits(both.cpu, both.cuda));
        both = on_both([&] { return on_device::argsort(turned, 0, descending); });
        REQUIRE(same_bits(both.cpu, both.cuda));
      }
  const Array many = fresh({700, 10}, DType::float32);
  const Both both = on_both([&] { return on_device::argsort(many, 1, true); });
  REQUIRE(same_bits(both.cpu, both.cuda));
}

TEST_CASE("CUDA gathers and scatters as the CPU does, bit for bit, duplicates in order of position") {
  if (!have_cuda()) return;
  struct Case {
    Shape shape, index;
    int dim;
    bool rows;
  };
  // One id for a row (few, many, all the same), one for an element, long single lines, a middle dim, whole packs.
  const std::vector<Case> cases = {{{50, 16}, {2000, 16}, 0, true},    {{50, 7}, {300, 7}, 0, true},
                                   {{1, 64}, {500, 64}, 0, true},      {{9, 5}, {3, 5}, 0, true},
                                   {{300, 11}, {300, 1}, 1, false},    {{40}, {5000}, 0, false},
                                   {{4, 30, 6}, {4, 200, 6}, 1, true}, {{4, 30, 6}, {3, 200, 5}, 1, false},
                                   {{70, 12}, {40, 12}, 0, false},     {{5, 8, 8}, {5, 100, 8}, 1, true}};
  for (const DType dtype : {DType::float32, DType::float64, DType::int64, DType::float16, DType::bfloat16})
    for (const Case& c : cases) {
      Array index(c.index, DType::int64);
      if (c.rows) {
        Shape one = c.index;
        for (int d = c.dim + 1; d < one.rank(); ++d) one[d] = 1;
        index = Array(one, DType::int64);
      }
      randomize_index(index, c.shape[c.dim], 4);
      index = index.expand(c.index);
      const Array x = fresh(c.shape, dtype), src = fresh(c.index, dtype, 2);
      INFO(name(dtype) << " " << c.shape.str() << " " << c.index.str() << " dim " << c.dim);
      Both both = on_both([&] { return on_device::gather(x, c.dim, index); });
      REQUIRE(same_bits(both.cpu, both.cuda));
      both = on_both([&] { return on_device::scatter_add(c.shape, c.dim, index, src); });
      if (is_half(dtype))
        REQUIRE(distance(both) <= one_rounding(dtype));
      else
        REQUIRE(same_bits(both.cpu, both.cuda));
    }
  const Array flags = fresh({90, 48}, DType::boolean), index = Array({60, 48}, DType::int64);
  randomize_index(index, 90, 5);
  const Both both = on_both([&] { return on_device::gather(flags, 0, index); });
  REQUIRE(same_bits(both.cpu, both.cuda));
}

TEST_CASE("random numbers on CUDA are the CPU's bits at every offset and odd size") {
  if (!have_cuda()) return;
  for (const Random kind : {Random::Uniform, Random::Normal})
    for (const DType dtype : kEveryFloating)
      for (const int64_t n : {1, 2, 3, 255, 1025, 2500})
        for (const uint64_t offset : {uint64_t{0}, uint64_t{1}, uint64_t{3}, (uint64_t{1} << 34) - 5}) {
          const Both both = on_both([&] {
            const Array x(Shape(n), dtype);
            on_device::random(kind, x, 99, offset);
            return x;
          });
          REQUIRE(same_bits(both.cpu, both.cuda));
        }
}

TEST_CASE("elementwise kernels on CUDA agree with the CPU at the borders of packs and blocks, halves included") {
  if (!have_cuda()) return;
  for (const DType dtype : kEveryFloating)
    for (const int64_t n : kBorders)
      for (const int64_t offset : {0, 1}) {  // whole packs, and not
        const Array x = fresh(Shape(n + 1), dtype).view(Shape(n), Strides(1), offset);
        const Array y = fresh(Shape(n + 1), dtype, 2).view(Shape(n), Strides(1), 1 - offset);
        INFO(name(dtype) << " " << n);
        REQUIRE(distance(on_both([&] { return on_device::unary(Unary::Tanh, x); })) <= 2 * one_rounding(dtype));
        REQUIRE(distance(on_both([&] { return on_device::binary(Binary::Mul, x, y); })) == 0);
        const Both both = on_both([&] { return on_device::compare(Compare::Lt, x, y); });
        REQUIRE(same_bits(both.cpu, both.cuda));
        REQUIRE(distance(on_both([&] { return on_device::select(on_device::compare(Compare::Lt, x, y), x, y); })) == 0);
      }
}

TEST_CASE("one optimiser step on CUDA equals the CPU's, and takes a launch for every 48 tensors") {
  if (!have_cuda()) return;
  for (const DType dtype : kEveryFloating) {
    const auto step = [&](bool adam, size_t tensors) {
      std::vector<Array> params;
      std::vector<AdamSlot> adam_slots;
      std::vector<SgdSlot> sgd_slots;
      for (size_t i = 0; i < tensors; ++i) {
        const Shape shape(kBorders[i % kBorders.size()]);
        const Array p = fresh(shape, dtype, 1), g = fresh(shape, dtype, 2), m = fresh(shape, dtype, 3);
        const Array v = on_device::unary(Unary::Abs, fresh(shape, dtype, 4));
        params.push_back(p);
        adam_slots.push_back({p, g, m, v});
        sgd_slots.push_back({p, g, m});
      }
      if (adam)
        on_device::adam(adam_slots, {0.01, 0.9, 0.999, 1e-8, 0.1, 3, true});
      else
        on_device::sgd(sgd_slots, {0.1, 0.9, 0.1, 0.01, true, false});
      return params;
    };
    if (is_half(dtype)) continue;
    for (const bool adam : {true, false}) {
      const auto on = [&](Device device) {
        const DefaultDevice there(device);
        return step(adam, 60);
      };
      const std::vector<Array> cpu = on(Device::cpu()), cuda = on(Device::cuda());
      for (size_t i = 0; i < cpu.size(); ++i)
        REQUIRE(distance({cpu[i], cuda[i]}) <= (dtype == DType::float32 ? 4e-7 : 1e-15));
    }
  }
  // Launches: 1 up to 48 tensors, 3 for 120; clipping's sum and factor likewise, and one more launch or two for the
  // sum.
  for (const auto& [tensors, launches] : std::vector<std::pair<size_t, uint64_t>>{{1, 1}, {48, 1}, {49, 2}, {120, 3}}) {
    std::vector<AdamSlot> slots;
    std::vector<Array> grads;
    for (size_t i = 0; i < tensors; ++i) {
      const auto zeros = [] {
        const Array x(Shape(5), DType::float32, Device::cuda());
        kernels::fill(x, 0);
        return x;
      };
      slots.push_back({zeros(), zeros(), zeros(), zeros()});
      grads.push_back(slots.back().grad);
    }
    uint64_t before = lemma::cuda::launch_count();
    kernels::adam(slots, {0.01, 0.9, 0.999, 1e-8, 0, 1, false});
    REQUIRE(lemma::cuda::launch_count() - before == launches);
    before = lemma::cuda::launch_count();
    REQUIRE(kernels::sum_squares(grads) == 0);
    REQUIRE(lemma::cuda::launch_count() - before <= launches + 2);
    before = lemma::cuda::launch_count();
    kernels::scale(grads, grads, 2);
    REQUIRE(lemma::cuda::launch_count() - before == launches);
  }
}

TEST_CASE("sums of squares and factors of many arrays, of every floating dtype at once") {
  std::vector<Array> in, out;
  double want = 0;
  for (const DType dtype : kEveryFloating)
    for (const int64_t n : {0, 1, 3, 4, 257, 4096, 4097, 40000}) {
      in.push_back(fresh(Shape(n + 1), dtype, static_cast<uint64_t>(n)).view(Shape(n), Strides(1), n % 2));
      out.emplace_back(Shape(n), dtype);
      for (int64_t p = 0; p < n; ++p) want += value(in.back(), p) * value(in.back(), p);
    }
  REQUIRE(std::fabs(on_device::sum_squares(in) / want - 1) <= 1e-11);
  REQUIRE(on_device::sum_squares(in) == on_device::sum_squares(in));
  REQUIRE(on_device::sum_squares({}) == 0);
  on_device::scale(out, in, 0.3);
  for (size_t i = 0; i < in.size(); ++i)
    for (int64_t p = 0; p < in[i].numel(); ++p) {
      const double factor = in[i].dtype() == DType::float64 ? 0.3 : static_cast<double>(0.3f);
      REQUIRE(std::fabs(value(out[i], p) - value(in[i], p) * factor) <= 0.6 * one_rounding(in[i].dtype()));
    }
  const std::vector<Array> copies = {plain(in[7])};
  on_device::scale(copies, copies, 0.3);  // in place
  REQUIRE(same_bits(copies[0], out[7]));
  set(in[7], 39999, INFINITY);
  REQUIRE(on_device::sum_squares(in) == INFINITY);
  set(in[7], 0, NAN);
  REQUIRE(std::isnan(on_device::sum_squares(in)));
  for (const int threads : {1, 2, 3}) {
    const Threads some(threads);
    in.resize(7);
    REQUIRE(on_device::sum_squares(in) == on_device::sum_squares(std::span(in)));
  }
}

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
