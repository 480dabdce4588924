// Indexed kernels, random numbers, parameter updates.

#include <cmath>

#include "kernels/cpu/parallel.h"
#include "kernels/philox.h"
#include "lemma/core/cuda.h"
#include "lemma/core/error.h"
#include "tests/kernel_helpers.h"

using namespace kernel_test;

namespace {

void randomize_index(const Array& index, int64_t size, uint64_t seed) {
  Numbers numbers;
  numbers.state += seed;
  for (int64_t p = 0; p < index.numel(); ++p)
    set(index, p, std::floor((numbers.next(DType::float64) + 2) / 4 * static_cast<double>(size)));
}

/// The position in `shape` of position p of `index_shape`, with the coordinate along dim replaced.
int64_t redirected(const Shape& shape, const Shape& index_shape, int dim, int64_t p, int64_t target) {
  int64_t at = 0, scale = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    at += (d == dim ? target : p % index_shape[d]) * scale;
    scale *= shape[d];
    p /= index_shape[d];
  }
  return at;
}

}  // namespace

TEST_CASE("gather and scatter_add agree with plain loops along every dim") {
  for (const DType dtype : kNumbers)
    for (const Shape& shape : std::vector<Shape>{{9}, {5, 7}, {4, 3, 6}})
      for (int dim = 0; dim < shape.rank(); ++dim)
        for (const int64_t count : {0, 1, 11})
          for (const bool rows : {false, true}) {
            Shape small = shape;
            small[dim] = count;
            if (shape.rank() > 1 && dim != 0) small[0] = shape[0] - 1;
            Array index(small, DType::int64);
            randomize_index(index, shape[dim], 5);
            if (rows) {  // one index for all later dims
              Shape one = small;
              for (int d = dim + 1; d < shape.rank(); ++d) one[d] = 1;
              index = Array(one, DType::int64);
              randomize_index(index, shape[dim], 6);
              index = index.expand(small);
            }
            for (const Array& x : layouts(shape, dtype)) {
              const Array y = on_device::gather(x, dim, index);
              REQUIRE((y.shape() == small && y.is_contiguous() && y.dtype() == dtype));
              for (int64_t p = 0; p < y.numel(); ++p)
                REQUIRE(value(y, p) ==
                        value(x, redirected(shape, small, dim, p, static_cast<int64_t>(value(index, p)))));
            }
            for (const Array& src : layouts(small, dtype, 3)) {
              const Array y = on_device::scatter_add(shape, dim, index, src);
              Array want(shape, dtype);
              on_device::fill(want, 0);
              for (int64_t p = 0; p < src.numel(); ++p) {
                const int64_t at = redirected(shape, small, dim, p, static_cast<int64_t>(value(index, p)));
                set(want, at, value(want, at) + value(src, p));
              }
              REQUIRE(same_bits(y, want));  // duplicates add in order of position
            }
          }
}

TEST_CASE("embedding rows and their gradient: any layout of ids, same bits for any threads") {
  const Array table({500, 96}, DType::float32), ids({40, 50}, DType::int64), grad({2000, 96}, DType::float32);
  randomize(table), randomize(grad, 2), randomize_index(ids, 500, 3);
  const Array index = ids.view({2000, 96}, {1, 0}, 0);
  const Array y = on_device::gather(table, 0, index);
  for (int64_t p = 0; p < y.numel(); ++p)
    REQUIRE(value(y, p) == value(table, static_cast<int64_t>(value(ids, p / 96)) * 96 + p % 96));
  REQUIRE(same_for_any_threads([&] { return on_device::gather(table, 0, index); }));
  REQUIRE(same_for_any_threads([&] { return on_device::scatter_add(table.shape(), 0, index, grad); }));
  const Array turned({96, 2000}, DType::float32);  // the gradient in another layout
  randomize(turned, 4);
  REQUIRE(same_bits(on_device::scatter_add(table.shape(), 0, index, turned.view({2000, 96}, {1, 2000}, 0)),
                    on_device::scatter_add(table.shape(), 0, index, plain(turned.view({2000, 96}, {1, 2000}, 0)))));
}

TEST_CASE("find_out_of_range names the first bad position") {
  for (const Array& index : layouts({30, 300}, DType::int64)) {
    randomize_index(index, 10, 1);
    REQUIRE(on_device::find_out_of_range(index, 10) == -1);
    set(index, 8000, -1);
    REQUIRE(on_device::find_out_of_range(index, 10) == 8000);
    set(index, 77, 10);
    REQUIRE(on_device::find_out_of_range(index, 10) == 77);
  }
  REQUIRE(on_device::find_out_of_range(Array(Shape(0), DType::int64), 0) == -1);
}

TEST_CASE("Philox gives the published numbers") {
  // Known answers of Random123 for philox4x32-10.
  using philox::rounds;
  const auto zero = rounds({{0, 0, 0, 0}}, 0, 0);
  const uint32_t want_zero[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  const auto ones = rounds({{~0u, ~0u, ~0u, ~0u}}, ~0u, ~0u);
  const uint32_t want_ones[4] = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
  const auto pi = rounds({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0);
  const uint32_t want_pi[4] = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
  for (int i = 0; i < 4; ++i) {
    REQUIRE(zero.w[i] == want_zero[i]);
    REQUIRE(ones.w[i] == want_ones[i]);
    REQUIRE(pi.w[i] == want_pi[i]);
  }
}

TEST_CASE("random number p depends on the seed and p alone") {
  constexpr uint64_t seed = 0x123456789abcdefull;
  for (const Random kind : {Random::Uniform, Random::Normal})
    for (const DType dtype : kFloating)
      for (const uint64_t offset :
           {uint64_t{0}, uint64_t{1}, uint64_t{6}, uint64_t{1} << 34, (uint64_t{1} << 34) - 70}) {
        const Array x(Shape(700), dtype);
        on_device::random(kind, x, seed, offset);
        for (int64_t i = 0; i < 700; ++i) {
          const uint64_t p = offset + static_cast<uint64_t>(i);
          const double want =
              dtype == DType::float32
                  ? (kind == Random::Uniform ? philox::uniform_float(seed, p) : philox::normal_float(seed, p))
                  : (kind == Random::Uniform ? philox::uniform_double(seed, p) : philox::normal_double(seed, p));
          REQUIRE(value(x, i) == want);
        }
        Array part(Shape(333), dtype);
        on_device::random(kind, part, seed, offset + 100);
        for (int64_t i = 0; i < 333; ++i) REQUIRE(value(part, i) == value(x, i + 100));
        REQUIRE(same_for_any_threads([&] {
          Array y(Shape(100001), dtype);
          on_device::random(kind, y, seed, offset);
          return y;
        }));
      }
}

TEST_CASE("uniform and normal numbers have the moments they should") {
  constexpr int64_t n = 1 << 20;
  for (const DType dtype : kFloating) {
    const Array u(Shape(n), dtype), z(Shape(n), dtype);
    on_device::random(Random::Uniform, u, 7, 0);
    on_device::random(Random::Normal, z, 7, 0);
    double mean = 0, square = 0, z1 = 0, z2 = 0, z3 = 0, z4 = 0, product = 0, beyond3 = 0;
    for (int64_t i = 0; i < n; ++i) {
      const double a = value(u, i), b = value(z, i);
      REQUIRE((a >= 0 && a < 1 && std::isfinite(b)));
      mean += a, square += a * a;
      z1 += b, z2 += b * b, z3 += b * b * b, z4 += b * b * b * b;
      beyond3 += std::fabs(b) > 3;
      if (i > 0) product += b * value(z, i - 1);
    }
    REQUIRE(mean / n == Approx(0.5).margin(0.002));
    REQUIRE(square / n == Approx(1.0 / 3).margin(0.002));
    REQUIRE(z1 / n == Approx(0).margin(0.005));
    REQUIRE(z2 / n == Approx(1).margin(0.008));
    REQUIRE(z3 / n == Approx(0).margin(0.02));
    REQUIRE(z4 / n == Approx(3).margin(0.06));
    REQUIRE(product / n == Approx(0).margin(0.005));
    REQUIRE(beyond3 / n == Approx(0.0027).margin(0.0003));
  }
}

TEST_CASE("adam and sgd follow their formulas, for any size and any number of threads") {
  for (const DType dtype : kFloating)
    for (const bool decoupled : {false, true}) {
      std::vector<UpdateSlot> slots;
      std::vector<std::array<std::vector<double>, 4>> copies;
      for (const int64_t n : {1, 3, 16, 100, 70001}) {
        slots.push_back(
            {Array(Shape(n), dtype), Array(Shape(n), dtype), {Array(Shape(n), dtype), Array(Shape(n), dtype)}});
        copies.emplace_back();
        const Array* arrays[4] = {&slots.back().param, &slots.back().grad, &slots.back().state[0],
                                  &slots.back().state[1]};
        for (size_t k = 0; k < 4; ++k) {
          randomize(*arrays[k], k + 1);
          if (k >= 2) on_device::fill(*arrays[k], 0);
          for (int64_t p = 0; p < n; ++p) copies.back()[k].push_back(value(*arrays[k], p));
        }
      }
      for (int64_t t = 1; t <= 3; ++t) {
        const AdamStep s{0.01, 0.9, 0.999, 1e-8, 0.1, t, decoupled};
        on_device::update<AdamStep>(slots, s);
        for (size_t j = 0; j < slots.size(); ++j)
          for (size_t p = 0; p < copies[j][0].size(); ++p) {
            double &w = copies[j][0][p], g = copies[j][1][p], &m = copies[j][2][p], &v = copies[j][3][p];
            if (decoupled)
              w -= s.lr * s.weight_decay * w;
            else
              g += s.weight_decay * w;
            m = 0.9 * m + 0.1 * g, v = 0.999 * v + 0.001 * g * g;
            w -= s.lr / (1 - std::pow(0.9, t)) * m / (std::sqrt(v) / std::sqrt(1 - std::pow(0.999, t)) + s.eps);
            REQUIRE(value(slots[j].param, static_cast<int64_t>(p)) ==
                    Approx(w)
                        .epsilon(dtype == DType::float32 ? 1e-5 : 1e-12)
                        .margin(dtype == DType::float32 ? 1e-6 : 1e-14));
          }
      }
    }
  for (const bool nesterov : {false, true})
    for (const double factor : {0.0, 0.9}) {
      const Array param(Shape(70001), DType::float64), grad(Shape(70001), DType::float64);
      const Array momentum = factor != 0 ? Array(Shape(70001), DType::float64) : Array();
      randomize(param, 1), randomize(grad, 2);
      std::vector<double> w, b(70001, 0.0);
      for (int64_t p = 0; p < 70001; ++p) w.push_back(value(param, p));
      for (int t = 1; t <= 3; ++t) {
        const UpdateSlot slot{param, grad, {momentum}};
        on_device::update(std::span(&slot, 1), SgdStep{0.1, factor, 0.2, 0.01, nesterov, t == 1});
        for (size_t p = 0; p < w.size(); ++p) {
          double g = value(grad, static_cast<int64_t>(p)) + 0.01 * w[p];
          if (factor != 0) {
            b[p] = t == 1 ? g : factor * b[p] + 0.8 * g;
            g = nesterov ? g + factor * b[p] : b[p];
          }
          w[p] -= 0.1 * g;
          REQUIRE(value(param, static_cast<int64_t>(p)) == Approx(w[p]).epsilon(1e-12).margin(1e-14));
        }
      }
    }
  REQUIRE(same_for_any_threads([] {
    const Shape shape(100003);
    const UpdateSlot slot{Array(shape, DType::float32),
                          Array(shape, DType::float32),
                          {Array(shape, DType::float32), Array(shape, DType::float32)}};
    randomize(slot.param, 1), randomize(slot.grad, 2);
    on_device::fill(slot.state[0], 0.5), on_device::fill(slot.state[1], 0.25);
    on_device::update(std::span(&slot, 1), AdamStep{0.01, 0.9, 0.999, 1e-8, 0, 5, false});
    return slot.param;
  }));
}

TEST_CASE("kernels inside a parallel region run on the thread that calls them") {
  const Array x({300, 300}, DType::float32);
  randomize(x);
  const Threads threads(2);
  const Array want = kernels::unary(Unary::Exp, x);
  std::vector<Array> got(4);
  kernels::cpu::parallel_for(4, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) got[static_cast<size_t>(i)] = kernels::unary(Unary::Exp, x);
  });
  for (const Array& y : got) REQUIRE(same_bits(y, want));
}

TEST_CASE("the number of threads can be set, but not to nothing") {
  const Threads threads(3);
  REQUIRE(num_threads() == 3);
  REQUIRE_THROWS_AS(set_num_threads(0), ValueError);
  REQUIRE_THROWS_WITH(set_num_threads(-2), "[set_num_threads] at least one thread is needed, got -2");
}
