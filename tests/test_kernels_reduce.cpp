// Reductions, positions of extremes, running sums and sorting against plain loops.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/kernel_helpers.h"

using namespace kernel_test;

namespace {

const std::vector<Reduce> kReduce = {Reduce::Sum, Reduce::Max, Reduce::Min, Reduce::Prod, Reduce::SumSquares};

/// Every subset of the dims of a shape.
std::vector<Dims> subsets(const Shape& shape) {
  std::vector<Dims> all;
  for (int mask = 0; mask < 1 << shape.rank(); ++mask) {
    Dims dims;
    for (int d = 0; d < shape.rank(); ++d)
      if (mask >> d & 1) dims.push_back(d);
    all.push_back(dims);
  }
  return all;
}

double step(Reduce op, double acc, double x) {
  switch (op) {
    case Reduce::Sum:
      return acc + x;
    case Reduce::SumSquares:
      return acc + x * x;
    case Reduce::Prod:
      return acc * x;
    case Reduce::Max:
      return std::isnan(acc) || x <= acc ? acc : x;
    case Reduce::Min:
      return std::isnan(acc) || x >= acc ? acc : x;
  }
  return 0;
}

/// One double loop over all elements.
std::vector<double> reference(Reduce op, const Array& x, const Shape& shape) {
  const double nothing = op == Reduce::Prod ? 1 : op == Reduce::Max ? -INFINITY : op == Reduce::Min ? INFINITY : 0;
  std::vector<double> out(static_cast<size_t>(shape.numel()), nothing);
  for (int64_t p = 0; p < x.numel(); ++p) {
    int64_t rest = p, at = 0, scale = 1;
    for (int d = x.rank() - 1; d >= 0; --d) {
      at += (shape[d] == 1 ? 0 : rest % x.shape()[d]) * scale;
      scale *= shape[d];
      rest /= x.shape()[d];
    }
    double& acc = out[static_cast<size_t>(at)];
    acc = step(op, acc, value(x, p));
  }
  return out;
}

void check_reduce(Reduce op, const Array& x, const Dims& dims) {
  Shape shape = x.shape();
  for (const int64_t d : dims) shape[static_cast<int>(d)] = 1;
  if ((op == Reduce::Max || op == Reduce::Min) && x.numel() == 0 && shape.numel() > 0) return;
  const Array y = on_device::reduce(op, x, dims);
  REQUIRE((y.shape() == shape && y.is_contiguous() && y.dtype() == x.dtype()));
  const auto want = reference(op, x, shape);
  const double eps = x.dtype() == DType::float32 ? 0x1p-22 : 1e-12;
  for (int64_t p = 0; p < y.numel(); ++p) {
    const double w = want[static_cast<size_t>(p)], got = value(y, p);
    INFO("op " << int(op) << " " << name(x.dtype()) << " " << x.shape().str() << " strides " << x.strides().str()
               << " dims " << dims.str() << " at " << p << ": " << got << " for " << w);
    if (x.dtype() == DType::int64)
      REQUIRE((got == w || std::fabs(w) > 9e15));
    else
      REQUIRE(
          (got == w || (std::isnan(got) && std::isnan(w)) || std::fabs(got - w) <= eps * std::max(1.0, std::fabs(w))));
  }
}

}  // namespace

TEST_CASE("reduce agrees with a plain loop over every set of dims in every layout") {
  for (const Shape& shape : std::vector<Shape>{
           {}, {1}, {0}, {3, 0, 2}, {9}, {5, 3}, {2, 1, 4}, {19, 37}, {3, 4, 5}, {2, 3, 4, 5}, {3, 2, 2, 17}})
    for (const DType dtype : kNumbers)
      for (const Reduce op : kReduce)
        for (const Array& x : layouts(shape, dtype))
          for (const Dims& dims : subsets(shape)) check_reduce(op, x, dims);
}

TEST_CASE("reduce copes with large rows, large columns and expanded inputs") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const Shape& shape :
         std::vector<Shape>{{200003}, {2, 70001}, {4099, 33}, {3, 700, 70}, {70, 5000}, {3, 2, 40000}})
      for (const Reduce op : {Reduce::Sum, Reduce::Max, Reduce::SumSquares}) {
        const Array x(shape, dtype);
        randomize(x);
        for (const Dims& dims : subsets(shape)) check_reduce(op, x, dims);
      }
    const Array small({1, 6}, dtype);
    randomize(small);
    for (const Dims& dims : subsets({7, 6})) check_reduce(Reduce::Sum, small.expand({7, 6}), dims);
  }
}

TEST_CASE("a float32 sum of a million terms is within a few ulp of float64") {
  for (const Shape& shape : std::vector<Shape>{{1000003}, {1000003, 1}, {1000003, 3}}) {
    const Array x(shape, DType::float32);
    Numbers numbers;
    for (int64_t p = 0; p < x.numel(); ++p) set(x, p, 1e3 + numbers.next(DType::float32));
    const Array y = on_device::reduce(Reduce::Sum, x, 0);
    const auto want = reference(Reduce::Sum, x, y.shape());
    for (int64_t p = 0; p < y.numel(); ++p)
      REQUIRE(std::fabs(value(y, p) / want[static_cast<size_t>(p)] - 1) <= 0x1p-23);
  }
}

TEST_CASE("Max and Min return NaN wherever it stands") {
  for (const DType dtype : kFloating)
    for (const int64_t n : {1, 3, 40, 1000})
      for (int64_t where = 0; where < n; where += std::max<int64_t>(1, n / 7)) {
        const Array x({n, 2}, dtype);
        randomize(x);
        set(x, 2 * where + 1, NAN);
        for (const Reduce op : {Reduce::Max, Reduce::Min}) {
          REQUIRE(std::isnan(value(on_device::reduce(op, x, 0), 1)));
          REQUIRE(!std::isnan(value(on_device::reduce(op, x, 0), 0)));
          REQUIRE(std::isnan(value(on_device::reduce(op, x, {0, 1}), 0)));
        }
      }
}

TEST_CASE("reductions give the same bits with any number of threads") {
  const Array x({611, 523}, DType::float32), long_row(Shape(500009), DType::float32);
  randomize(x), randomize(long_row);
  const Array cube = x.view({13, 47, 523}, {47 * 523, 523, 1}, 0);
  for (const Reduce op : kReduce) {
    for (const Dims& dims : subsets(x.shape()))
      REQUIRE(same_for_any_threads([&] { return on_device::reduce(op, x, dims); }));
    for (const Dims& dims : subsets(cube.shape()))
      REQUIRE(same_for_any_threads([&] { return on_device::reduce(op, cube, dims); }));
    REQUIRE(same_for_any_threads([&] { return on_device::reduce(op, long_row, 0); }));
  }
  for (const int dim : {0, 1}) {
    REQUIRE(same_for_any_threads([&] { return on_device::arg_reduce(ArgReduce::Max, x, dim); }));
    REQUIRE(same_for_any_threads([&] { return on_device::scan(Scan::Sum, x, dim, false); }));
    REQUIRE(same_for_any_threads([&] { return on_device::argsort(x, dim, false); }));
  }
}

namespace {

/// Positions of one line of `x` along `dim`, for each line: lines[l][i] is a row-major position.
std::vector<std::vector<int64_t>> lines_of(const Shape& shape, int dim) {
  int64_t inner = 1;
  for (int d = dim + 1; d < shape.rank(); ++d) inner *= shape[d];
  std::vector<std::vector<int64_t>> lines;
  const int64_t n = shape[dim], outer = shape.numel() / std::max<int64_t>(1, n * inner);
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i) {
      lines.emplace_back();
      for (int64_t k = 0; k < n; ++k) lines.back().push_back((o * n + k) * inner + i);
    }
  return lines;
}

bool before(double a, double b) { return a < b || (std::isnan(b) && !std::isnan(a)); }

}  // namespace

TEST_CASE("arg_reduce finds the first extreme, and the first NaN before it") {
  for (const DType dtype : kAll)
    for (const Shape& shape : std::vector<Shape>{{1}, {12}, {5, 3}, {3, 4, 5}, {0, 3}})
      for (const Array& x : layouts(shape, dtype))
        for (int dim = 0; dim < shape.rank(); ++dim) {
          if (shape[dim] == 0) continue;
          if (is_floating(dtype) && x.numel() > 6) set(x, 4, NAN), set(x, 6, NAN);
          for (const ArgReduce op : {ArgReduce::Max, ArgReduce::Min}) {
            const Array y = on_device::arg_reduce(op, x, dim);
            Shape want_shape = shape;
            want_shape[dim] = 1;
            REQUIRE((y.shape() == want_shape && y.dtype() == DType::int64));
            const auto lines = lines_of(shape, dim);
            for (size_t l = 0; l < lines.size(); ++l) {
              size_t best = 0;
              for (size_t i = 1; i < lines[l].size(); ++i) {
                const double v = value(x, lines[l][i]), held = value(x, lines[l][best]);
                if (!std::isnan(held) && (std::isnan(v) || (op == ArgReduce::Max ? v > held : v < held))) best = i;
              }
              REQUIRE(value(y, static_cast<int64_t>(l)) == static_cast<double>(best));
            }
          }
        }
}

TEST_CASE("scan sums along a dim, forwards and backwards") {
  for (const DType dtype : kNumbers)
    for (const Shape& shape : std::vector<Shape>{{0}, {1}, {12}, {5, 3}, {3, 4, 5}, {2, 0, 3}})
      for (const Array& x : layouts(shape, dtype))
        for (int dim = 0; dim < shape.rank(); ++dim)
          for (const bool reverse : {false, true}) {
            const Array y = on_device::scan(Scan::Sum, x, dim, reverse);
            REQUIRE((y.shape() == shape && y.is_contiguous()));
            for (auto line : lines_of(shape, dim)) {
              if (reverse) std::reverse(line.begin(), line.end());
              double sum = 0;
              for (const int64_t p : line) {
                sum += value(x, p);
                REQUIRE(value(y, p) == Approx(sum).margin(1e-6));
              }
            }
          }
}

TEST_CASE("argsort is stable and puts NaN last, or first when descending") {
  for (const DType dtype : kAll)
    for (const Shape& shape : std::vector<Shape>{{0}, {1}, {40}, {15, 3}, {3, 14, 5}})
      for (const Array& x : layouts(shape, dtype))
        for (int dim = 0; dim < shape.rank(); ++dim)
          for (const bool descending : {false, true}) {
            if (is_floating(dtype) && x.numel() > 6) set(x, 4, NAN), set(x, 6, NAN), set(x, 5, value(x, 2));
            const Array y = on_device::argsort(x, dim, descending);
            REQUIRE((y.shape() == shape && y.dtype() == DType::int64));
            for (const auto& line : lines_of(shape, dim)) {
              std::vector<size_t> order(line.size());
              std::iota(order.begin(), order.end(), size_t{0});
              std::stable_sort(order.begin(), order.end(), [&](size_t i, size_t j) {
                const double a = value(x, line[i]), b = value(x, line[j]);
                return descending ? before(b, a) : before(a, b);
              });
              for (size_t i = 0; i < line.size(); ++i) REQUIRE(value(y, line[i]) == static_cast<double>(order[i]));
            }
          }
}
