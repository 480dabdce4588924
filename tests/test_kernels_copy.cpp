// Copies between layouts and dtypes, fill and arange, against plain loops.

#include <cmath>
#include <limits>

#include "tests/kernel_helpers.h"

using namespace kernel_test;

TEST_CASE("copy moves between all layouts and dtypes") {
  const std::vector<Shape> shapes = {{},          {1},          {0},        {3, 0, 2},       {7},
                                     {5, 3},      {2, 1, 4},    {33, 17},   {2, 3, 2, 5, 2}, {70, 45},
                                     {3, 37, 41}, {2, 5, 3, 8}, {40, 1, 33}};
  for (const DType to : kAll)
    for (const DType from : kAll)
      for (const Shape& shape : shapes)
        for (const Array& src : layouts(shape, from, 4))
          for (const Array& dst : layouts(shape, to, 5)) {
            on_device::copy(dst, src);
            for (int64_t p = 0; p < src.numel(); ++p) {
              const double x = value(src, p);
              const double want = to == DType::boolean ? x != 0
                                  : to == DType::int64 ? std::trunc(x)
                                                       : static_cast<double>(static_cast<float>(x));
              REQUIRE(value(dst, p) == (from == DType::float64 && to == DType::float64 ? x : want));
            }
          }
}

TEST_CASE("copy permutes batches, repeats expanded sources and survives overlap") {
  const Array x({3, 10, 4, 9}, DType::float32);
  randomize(x);
  const Array heads = x.view({3, 4, 10, 9}, {360, 9, 36, 1}, 0), keys = x.view({3, 4, 9, 10}, {360, 9, 1, 36}, 0);
  for (const Array& view : {heads, keys}) {
    const Array y(view.shape(), DType::float32);
    on_device::copy(y, view);
    REQUIRE(same_bits(y, plain(view)));
  }
  const Array row({1, 40}, DType::float64), column({30, 1}, DType::float64);
  randomize(row), randomize(column);
  for (const Array& small : {row, column}) {
    const Array y({30, 40}, DType::float64);
    on_device::copy(y, small.expand({30, 40}));
    REQUIRE(same_bits(y, plain(small.expand({30, 40}))));
  }
  const Array line(Shape(10), DType::int64);
  on_device::arange(line, 0, 1);
  on_device::copy(line.view(Shape(9), Strides(1), 1), line.view(Shape(9), Strides(1), 0));
  for (int64_t p = 0; p < 10; ++p) REQUIRE(value(line, p) == std::max<double>(0, static_cast<double>(p) - 1));
}

TEST_CASE("casting what no int64 holds gives the smallest one, not undefined behaviour") {
  const Array x(Shape(5), DType::float64), y(Shape(5), DType::int64);
  const std::vector<double> in = {NAN, INFINITY, -INFINITY, 1e19, -9223372036854775808.0};
  for (int64_t p = 0; p < 5; ++p) set(x, p, in[static_cast<size_t>(p)]);
  on_device::copy(y, x);
  for (int64_t p = 0; p < 5; ++p) REQUIRE(y.data<int64_t>()[p] == std::numeric_limits<int64_t>::min());
}

TEST_CASE("fill and arange write every dtype") {
  for (const DType dtype : kAll)
    for (const Array& x : layouts({5, 6}, dtype)) {
      on_device::fill(x, 1);
      for (int64_t p = 0; p < 30; ++p) REQUIRE(value(x, p) == 1);
    }
  for (const DType dtype : kNumbers) {
    const Array x(Shape(1000), dtype);
    on_device::arange(x, -3, 2);
    for (int64_t p = 0; p < 1000; ++p) REQUIRE(value(x, p) == -3 + 2.0 * static_cast<double>(p));
  }
  const Array x(Shape(1001), DType::float32);
  on_device::arange(x, 0, 0.001);
  REQUIRE(value(x, 1000) == 1.0f);
}
