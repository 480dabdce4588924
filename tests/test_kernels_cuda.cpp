// What only the CUDA device can get wrong in reductions, running sums and sorting: sizes at the borders of warps and
// blocks, the cuts of long lines, half types. Each beside the CPU.

#include "tests/both_devices.h"

using namespace kernel_test;

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
            set(x, p,
                p % 3 == 0   ? std::copysign(NAN, p % 2 ? 1 : -1)
                : p % 3 == 1 ? -0.0
                : p % 2      ? INFINITY
                             : -INFINITY);
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
