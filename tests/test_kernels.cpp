// Elementwise kernels against plain loops, in every layout.

#include <cmath>
#include <limits>

#include "tests/kernel_helpers.h"

using namespace kernel_test;

namespace {

const std::vector<Shape> kShapes = {{},     {1},       {0},      {3, 0, 2},  {7},
                                    {5, 3}, {2, 1, 4}, {33, 17}, {3, 4, 40}, {2, 3, 2, 5, 2}};

// The scalar formula in double precision; that it is the right one is tested by op_table_unary.cpp.
double expected(Unary op, double x) {
  switch (op) {
#define LEMMA_CASE(name, ...) \
  case Unary::name:           \
    return fn::name{}(x);
    LEMMA_FOR_EACH_UNARY(LEMMA_CASE)
#undef LEMMA_CASE
  }
  return 0;
}

double expected(Binary op, double a, double b) {
  switch (op) {
#define LEMMA_CASE(name, ...) \
  case Binary::name:          \
    return fn::name{}(a, b);
    LEMMA_FOR_EACH_BINARY(LEMMA_CASE)
#undef LEMMA_CASE
  }
  return 0;
}

bool expected(Compare op, double a, double b) {
  switch (op) {
#define LEMMA_CASE(name, ...) \
  case Compare::name:         \
    return fn::name{}(a, b);
    LEMMA_FOR_EACH_COMPARE(LEMMA_CASE)
#undef LEMMA_CASE
  }
  return false;
}

#define LEMMA_VALUE(name, ...) Unary::name,
const std::vector<Unary> kUnary = {LEMMA_FOR_EACH_UNARY(LEMMA_VALUE)};
#undef LEMMA_VALUE
#define LEMMA_VALUE(name, ...) Binary::name,
const std::vector<Binary> kBinary = {LEMMA_FOR_EACH_BINARY(LEMMA_VALUE)};
#undef LEMMA_VALUE
#define LEMMA_VALUE(name, ...) Compare::name,
const std::vector<Compare> kCompare = {LEMMA_FOR_EACH_COMPARE(LEMMA_VALUE)};
#undef LEMMA_VALUE

// For integers, operations refuse a divisor of 0 and kernels give 0.
bool is_division(Binary op) { return op == Binary::Fmod || op == Binary::Remainder || op == Binary::FloorDivide; }

/// Equal up to `units` last places of the dtype; NaN equals NaN.
bool close(double got, double want, DType dtype, double units) {
  if (std::isnan(want)) return std::isnan(got);
  if (got == want) return true;
  if (std::isinf(want) || std::isinf(got)) {  // a float32 result may round to inf where float64 does not
    return dtype == DType::float32 && std::isinf(got) && std::fabs(want) > 3.4028e38 && (got > 0) == (want > 0);
  }
  const double eps = dtype == DType::float32 ? 0x1p-23 : 0x1p-52, tiny = dtype == DType::float32 ? 0x1p-126 : 0x1p-1022;
  return std::fabs(got - want) <= units * eps * std::max(std::fabs(want), tiny);
}

}  // namespace

TEST_CASE("every unary kernel agrees with a plain loop in every layout") {
  for (const Unary op : kUnary)
    for (const DType dtype : kNumbers) {
      if (dtype == DType::int64 && traits(op).takes == Takes::floats) continue;
      for (const Shape& shape : kShapes) {
        const auto inputs = layouts(shape, dtype);
        const Array first = on_device::unary(op, inputs[0]);
        REQUIRE(first.is_contiguous());
        for (const Array& x : inputs) {
          INFO("op " << int(op) << " " << name(dtype) << " " << shape.str() << " strides " << x.strides().str());
          const Array y = on_device::unary(op, x);
          REQUIRE(y.shape() == shape);
          REQUIRE(same_bits(y, first));  // the same vector function, whatever the strides
        }
        for (int64_t p = 0; p < first.numel(); ++p) {
          INFO("op " << int(op) << " " << name(dtype) << " x " << value(inputs[0], p));
          REQUIRE(close(value(first, p), expected(op, value(inputs[0], p)), dtype, 6));
        }
      }
    }
}

TEST_CASE("unary kernels are accurate over their whole range and right at its ends") {
  std::vector<double> points = {0.0,
                                -0.0,
                                1,
                                -1,
                                0.5,
                                -0.5,
                                INFINITY,
                                -INFINITY,
                                NAN,
                                1e-30,
                                -1e-30,
                                1e-300,
                                1e300,
                                -1e300,
                                88,
                                89,
                                88.73,
                                104,
                                -87.4,
                                -103,
                                -104,
                                -200,
                                709.7,
                                710,
                                745,
                                -708,
                                -745,
                                -746,
                                1e4,
                                1e5,
                                -1e6,
                                1e10,
                                3.14159265358979,
                                1.5707963267948966,
                                -0.999999,
                                -1.5,
                                2.9e-39,
                                1e-310,
                                0.84375,
                                1.25,
                                2.857,
                                5.9,
                                6,
                                28,
                                0.3465,
                                18.7,
                                19,
                                9.1};
  Numbers numbers;
  for (int i = 0; i < 4000; ++i) {
    const double u = numbers.next(DType::float64);
    points.push_back(u);
    points.push_back(u * 10);
    points.push_back(u * 350);
    points.push_back(u * 9000);
    points.push_back(std::pow(10, 15 * u) * (i % 2 ? 1 : -1));
    points.push_back(std::pow(10, -4 + u) * (i % 2 ? 1 : -1));
  }
  for (const DType dtype : kFloating) {
    const Array x(Shape(points.size()), dtype);
    for (size_t i = 0; i < points.size(); ++i) set(x, static_cast<int64_t>(i), points[i]);
    for (const Unary op : kUnary) {
      const Array y = on_device::unary(op, x);
      for (int64_t p = 0; p < x.numel(); ++p) {
        const double in = value(x, p), got = value(y, p), want = expected(op, in);
        INFO("op " << int(op) << " " << name(dtype) << " x " << in << " got " << got << " want " << want);
        REQUIRE(close(got, want, dtype, dtype == DType::float32 ? 4 : 20));
      }
    }
  }
}

TEST_CASE("every binary kernel agrees with a plain loop for all pairs of layouts, stride 0 included") {
  for (const Binary op : kBinary)
    for (const DType dtype : kNumbers) {
      if (dtype == DType::int64 && traits(op).takes == Takes::floats) continue;
      for (const Shape& shape : kShapes) {
        auto left = layouts(shape, dtype, 1), right = layouts(shape, dtype, 2);
        if (op == Binary::Pow)
          for (auto& a : left) a = on_device::unary(Unary::Abs, a);
        for (int d = 0; d < shape.rank(); ++d) {  // and broadcast along each dim
          Shape small = shape;
          small[d] = 1;
          for (auto* side : {&left, &right}) {
            const Array one(small, dtype);
            randomize(one, 3 + static_cast<uint64_t>(d));
            side->push_back((op == Binary::Pow ? on_device::unary(Unary::Abs, one) : one).expand(shape));
          }
        }
        for (const Array& a : left)
          for (const Array& b : right) {
            const Array y = on_device::binary(op, a, b);
            REQUIRE((y.shape() == shape && y.is_contiguous() && y.dtype() == dtype));
            REQUIRE(same_bits(y, on_device::binary(op, plain(a), plain(b))));
            for (int64_t p = 0; p < y.numel(); ++p) {
              INFO("op " << int(op) << " " << name(dtype) << " " << value(a, p) << " " << value(b, p));
              const bool integers = dtype == DType::int64,
                         by_nothing = value(integers && op == Binary::Pow ? a : b, p) == 0;
              double wanted = expected(op, value(a, p), value(b, p));
              if (integers && op == Binary::Pow) wanted = by_nothing && value(b, p) < 0 ? 0 : std::trunc(wanted);
              if (integers && by_nothing && is_division(op)) wanted = 0;
              REQUIRE(close(value(y, p), wanted, dtype, 1));
            }
          }
      }
    }
}

TEST_CASE("binary kernels pass NaN and inf on") {
  const std::vector<double> points = {0.0, -0.0, 1, -1, INFINITY, -INFINITY, NAN, 1e-30, 1e30, 2.5};
  for (const DType dtype : kFloating)
    for (const Binary op : kBinary) {
      const Array a(Shape(100), dtype), b(Shape(100), dtype);
      for (int64_t i = 0; i < 100; ++i) {
        set(a, i, points[static_cast<size_t>(i / 10)]);
        set(b, i, points[static_cast<size_t>(i % 10)]);
      }
      const Array y = on_device::binary(op, a, b);
      for (int64_t p = 0; p < 100; ++p) {
        INFO("op " << int(op) << " " << value(a, p) << " " << value(b, p));
        REQUIRE(close(value(y, p), expected(op, value(a, p), value(b, p)), dtype, 1));
      }
    }
}

TEST_CASE("binary_inplace writes through any layout, also when the operands overlap") {
  for (const DType dtype : kNumbers)
    for (const Shape& shape : kShapes)
      for (const Array& a : layouts(shape, dtype, 1))
        for (const Array& b : layouts(shape, dtype, 2)) {
          const Array want = on_device::binary(Binary::Sub, a, b);
          on_device::binary_inplace(Binary::Sub, a, b);
          REQUIRE(same_bits(plain(a), want));
        }
  const Array square({20, 20}, DType::float32);
  randomize(square);
  const Array turned = square.view({20, 20}, {1, 20}, 0), want = on_device::binary(Binary::Add, square, turned);
  on_device::binary_inplace(Binary::Add, square, turned);
  REQUIRE(same_bits(square, want));
}

TEST_CASE("comparisons and select agree with plain loops") {
  for (const DType dtype : kAll)
    for (const Shape& shape : kShapes) {
      auto left = layouts(shape, dtype, 1), right = layouts(shape, dtype, 2);
      const auto conditions = layouts(shape, DType::boolean, 3);
      for (int d = 0; d < shape.rank(); ++d) {
        Shape small = shape;
        small[d] = 1;
        const Array one(small, dtype);
        randomize(one, 9);
        left.push_back(one.expand(shape));
      }
      for (const Array& a : left)
        for (const Array& b : right) {
          for (const Compare op : kCompare) {
            const Array y = on_device::compare(op, a, b);
            REQUIRE((y.dtype() == DType::boolean && y.shape() == shape && y.is_contiguous()));
            for (int64_t p = 0; p < y.numel(); ++p)
              REQUIRE((value(y, p) != 0) == expected(op, value(a, p), value(b, p)));
          }
          for (const Array& c : conditions) {
            const Array y = on_device::select(c, a, b);
            REQUIRE((y.dtype() == dtype && y.shape() == shape));
            for (int64_t p = 0; p < y.numel(); ++p)
              REQUIRE(value(y, p) == (value(c, p) != 0 ? value(a, p) : value(b, p)));
          }
        }
    }
  const Array nan(Shape(1), DType::float32);
  set(nan, 0, NAN);
  REQUIRE(value(on_device::compare(Compare::Eq, nan, nan), 0) == 0);
  REQUIRE(value(on_device::compare(Compare::Ne, nan, nan), 0) == 1);
}

TEST_CASE("elementwise kernels give the same bits with any number of threads") {
  const Array x({301, 517}, DType::float32), y({301, 517}, DType::float32), bias({1, 517}, DType::float32);
  randomize(x, 1), randomize(y, 2), randomize(bias, 3);
  const Array turned = x.view({517, 301}, {1, 517}, 0);
  for (const Unary op : kUnary) {
    REQUIRE(same_for_any_threads([&] { return on_device::unary(op, x); }));
    REQUIRE(same_for_any_threads([&] { return on_device::unary(op, turned); }));
  }
  for (const Binary op : kBinary) {
    REQUIRE(same_for_any_threads([&] { return on_device::binary(op, x, y); }));
    REQUIRE(same_for_any_threads([&] { return on_device::binary(op, x, bias.expand(x.shape())); }));
  }
  REQUIRE(same_for_any_threads([&] { return on_device::compare(Compare::Lt, x, y); }));
  REQUIRE(same_for_any_threads([&] { return on_device::select(on_device::compare(Compare::Lt, x, y), x, y); }));
  REQUIRE(same_for_any_threads([&] {
    Array z(turned.shape(), DType::float32);
    on_device::copy(z, turned);
    return z;
  }));
}
