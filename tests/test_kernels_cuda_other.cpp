// Indexed, random, elementwise and optimiser kernels on CUDA beside the CPU: borders, duplicates, offsets, launches.

#include "core/cuda/launch_count.h"
#include "tests/both_devices.h"

using namespace kernel_test;

namespace {

void randomize_index(const Array& index, int64_t size, uint64_t seed) {
  Numbers numbers;
  numbers.state += seed * 77;
  for (int64_t p = 0; p < index.numel(); ++p)
    set(index, p, std::floor((numbers.next(DType::float64) + 2) / 4 * static_cast<double>(size)));
}

}  // namespace

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
  // Rows of whole packs that do not lie on whole packs: a gap between them, an offset before them.
  const Array table = fresh({61, 18}, DType::float32), ids({40, 1}, DType::int64);
  randomize_index(ids, 60, 6);
  for (const Array& rows :
       {table.view({60, 16}, {18, 1}, 0), table.view({60, 16}, {16, 1}, 2), table.view({60, 16}, {16, 1}, 4)}) {
    const Both both = on_both([&] { return on_device::gather(rows, 0, ids.expand({40, 16})); });
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
      std::vector<UpdateSlot> slots;
      for (size_t i = 0; i < tensors; ++i) {
        const Shape shape(kBorders[i % kBorders.size()]);
        const Array p = fresh(shape, dtype, 1), g = fresh(shape, dtype, 2), m = fresh(shape, dtype, 3);
        const Array v = on_device::unary(Unary::Abs, fresh(shape, dtype, 4));
        params.push_back(p);
        slots.push_back({p, g, {m, v}});
      }
      if (adam)
        on_device::update<AdamStep>(slots, {0.01, 0.9, 0.999, 1e-8, 0.1, 3, true});
      else
        on_device::update<SgdStep>(slots, {0.1, 0.9, 0.1, 0.01, true, false});
      return params;
    };
    for (const bool adam : {true, false}) {
      const auto on = [&](Device device) {
        const DefaultDevice there(device);
        return step(adam, 60);
      };
      const std::vector<Array> cpu = on(Device::cpu()), cuda = on(Device::cuda());
      for (size_t i = 0; i < cpu.size(); ++i)
        REQUIRE(distance({cpu[i], cuda[i]}) <= (is_half(dtype) ? 1e-2 : dtype == DType::float32 ? 4e-7 : 1e-15));
    }
  }
  // Launches: 1 up to 48 tensors, 3 for 120; clipping's sum and factor likewise, and one more launch or two for the
  // sum.
  for (const auto& [tensors, launches] : std::vector<std::pair<size_t, uint64_t>>{{1, 1}, {48, 1}, {49, 2}, {120, 3}}) {
    std::vector<UpdateSlot> slots;
    std::vector<Array> grads;
    for (size_t i = 0; i < tensors; ++i) {
      const auto zeros = [] {
        const Array x(Shape(5), DType::float32, Device::cuda());
        kernels::fill(x, 0);
        return x;
      };
      slots.push_back({zeros(), zeros(), {zeros(), zeros()}});
      grads.push_back(slots.back().grad);
    }
    uint64_t before = lemma::cuda::launch_count();
    kernels::update<AdamStep>(slots, {0.01, 0.9, 0.999, 1e-8, 0, 1, false});
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
