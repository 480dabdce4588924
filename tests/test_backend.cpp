// The contract of backends: one in front of another, numbers as operands, what reads on the host.

#include <map>

#include "lemma/autograd.h"
#include "lemma/core/cuda.h"
#include "lemma/core/error.h"
#include "lemma/ops.h"
#include "lemma/optim/clip.h"
#include "lemma/random.h"
#include "tests/kernel_helpers.h"

using namespace kernel_test;

namespace {

/// Stands in front of a device's backend and counts what it is asked for.
struct Counting final : kernels::Backend {
  explicit Counting(Device device = default_device()) : below(kernels::backend_of(device)), guard(device, *this) {}
  void run(const kernels::Work& work) override {
    ++calls[kernels::name(work)];
    if (kernels::reads_host(work)) ++reads;
    below.run(work);
  }
  std::map<std::string, int> calls;
  int reads = 0;
  kernels::Backend& below;
  const kernels::InFront guard;
};

Array on_device_array(const Shape& shape, DType dtype, uint64_t seed) {
  const Array host(shape, dtype), x(shape, dtype, default_device());
  randomize(host, seed);
  kernels::copy(x, host);
  return x;
}

Array on_host(const Array& x) {
  const Array host(x.shape(), x.dtype());
  kernels::copy(host, x);
  return host;
}

const std::vector<DType> kEvery = {DType::float32, DType::float64, DType::float16, DType::bfloat16, DType::int64};

}  // namespace

TEST_CASE("a backend in front of another sees all work and hands it on") {
  const Array x = on_device_array({3, 4}, DType::float32, 1), y = on_device_array({3, 4}, DType::float32, 2);
  const Array want = on_host(kernels::reduce(Reduce::Sum, kernels::binary(Binary::Mul, x, y), 0));
  std::map<std::string, int> outer_calls;
  {
    Counting outer;
    {
      Counting inner;
      const Array got = kernels::reduce(Reduce::Sum, kernels::binary(Binary::Mul, x, y), 0);
      REQUIRE(inner.calls == std::map<std::string, int>{{"binary", 1}, {"reduce", 1}});
      REQUIRE(same_bits(on_host(got), want));
    }
    kernels::unary(Unary::Neg, x);
    kernels::unary(Unary::Neg, Array(Shape(0), DType::float32, default_device()));  // nothing to do
    outer_calls = outer.calls;
  }
  kernels::unary(Unary::Neg, x);
  REQUIRE(outer_calls["unary"] == 1);
  REQUIRE(outer_calls["binary"] == 1);
}

TEST_CASE("what reads on the host is known by its kind") {
  Counting counting;
  const Array x = on_device_array({4}, DType::float32, 1), index = on_device_array({4}, DType::int64, 1);
  kernels::fill(index, 3);
  kernels::gather(x, 0, index);
  kernels::binary(Binary::Add, x, x);
  REQUIRE(counting.reads == 0);
  const Array host = kernels::read(x);
  REQUIRE(host.device().is_cpu());
  const float* values = host.data<float>();
  REQUIRE(kernels::find_out_of_range(index, 3) == 0);
  REQUIRE(kernels::find_out_of_range(index, 4) == -1);
  REQUIRE(kernels::sum_squares(std::span(&x, 1)) ==
          Approx(values[0] * values[0] + values[1] * values[1] + values[2] * values[2] + values[3] * values[3]));
  REQUIRE(counting.reads == 4);
}

TEST_CASE("layers and losses do not read their values on the host; what must read does so once") {
  const Tensor x = randn({4, 5}, {.requires_grad = true}), weight = randn({5, 3}, {.requires_grad = true});
  const Tensor ids = zeros({4}, {.dtype = int64}), mask = ones({4}, {.dtype = boolean});
  const auto reads = [](const auto& work) {
    Counting counting;
    work();
    return counting.reads;
  };
  CHECK(reads([&] { sum(softmax(x, 1)).backward(); }) == 0);
  CHECK(reads([&] { sum(log_softmax(x, 1)).backward(); }) == 0);
  CHECK(reads([&] { sum(layer_norm(x, {5})).backward(); }) == 0);
  CHECK(reads([&] { sum(matmul(dropout(gelu(x), 0.5, true), weight)).backward(); }) == 0);
  CHECK(reads([&] { scaled_dot_product_attention(x, x, x); }) == 0);
  CHECK(reads([&] { sum(norm(x, {1})).backward(); }) == 0);
  CHECK(reads([&] { max(x, 1), argmax(x, 1), sort(x, 1), topk(x, 2, 1); }) == 0);
  CHECK(reads([&] { cross_entropy(x, ids).backward(); }) == 1);
  CHECK(reads([&] { cross_entropy(x, ids, ones({5})).backward(); }) == 1);
  CHECK(reads([&] { nll_loss(x, ids).backward(); }) == 1);
  CHECK(reads([&] { sum(embedding(weight, ids, 0)).backward(); }) == 1);
  CHECK(reads([&] { sum(gather(x, 1, zeros({4, 1}, {.dtype = int64}))).backward(); }) == 1);
  CHECK(reads([&] { any(mask), all(mask); }) == 2);
  CHECK(reads([&] { sum(x).item(); }) == 1);
  CHECK(reads([&] { optim::clip_grad_norm_(std::vector<Tensor>{x, weight}, 1.0); }) == 1);
}

TEST_CASE("a number is an operand: the same values as from an array full of it, and one call") {
  for (const DType dtype : kEvery)
    for (const Shape& shape : {Shape{}, Shape{7}, Shape{33, 17}, Shape{3, 1, 40}}) {
      const Array x = on_device_array(shape, dtype, 1);
      Strides turned = x.strides();
      if (shape.rank() == 2) turned[0] = 1, turned[1] = 33;
      for (const Array& a : {x, x.view(shape, turned, 0)})
        for (const double number : {3.0, -2.0}) {
          const Array full(shape, dtype, default_device());
          kernels::fill(full, number);
          Counting counting;
#define LEMMA_CHECK(name, ...)                                                \
  if (dtype != DType::int64 || traits(Binary::name).takes != Takes::floats) { \
    REQUIRE(same_bits(on_host(kernels::binary(Binary::name, a, number)),      \
                      on_host(kernels::binary(Binary::name, a, full))));      \
    REQUIRE(same_bits(on_host(kernels::binary(Binary::name, number, a)),      \
                      on_host(kernels::binary(Binary::name, full, a))));      \
  }
          LEMMA_FOR_EACH_BINARY(LEMMA_CHECK)
#undef LEMMA_CHECK
#define LEMMA_CHECK(name, ...)                                           \
  REQUIRE(same_bits(on_host(kernels::compare(Compare::name, a, number)), \
                    on_host(kernels::compare(Compare::name, a, full)))); \
  REQUIRE(same_bits(on_host(kernels::compare(Compare::name, number, a)), \
                    on_host(kernels::compare(Compare::name, full, a))));
          LEMMA_FOR_EACH_COMPARE(LEMMA_CHECK)
#undef LEMMA_CHECK
          const Array mask = on_device_array(shape, DType::boolean, 5);
          REQUIRE(same_bits(on_host(kernels::select(mask, number, a)), on_host(kernels::select(mask, full, a))));
          REQUIRE(same_bits(on_host(kernels::select(mask, a, number)), on_host(kernels::select(mask, a, full))));
          REQUIRE(counting.calls["fill"] == 0);
        }
    }
}

TEST_CASE("a half type meets a number in float32, and is compared with it as the half type has it") {
  for (const DType dtype : {DType::float16, DType::bfloat16}) {
    const Array x(Shape(1), dtype, default_device());
    kernels::fill(x, 1);
    const double got = value(on_host(kernels::binary(Binary::Div, x, 0.9)), 0);
    REQUIRE(got == Approx(1 / 0.9).epsilon(dtype == DType::float16 ? 0x1p-11 : 0x1p-8));
    kernels::fill(x, 0.1);
    REQUIRE(value(on_host(kernels::compare(Compare::Eq, x, 0.1)), 0) == 1);
  }
}

TEST_CASE("a number in place writes through any layout") {
  const Array x = on_device_array({5, 6}, DType::float32, 1);
  const Array columns = x.view({6, 5}, {1, 6}, 0);
  const Array want = on_host(kernels::binary(Binary::Mul, columns, 0.3));
  kernels::binary_inplace(Binary::Mul, columns, 0.3);
  REQUIRE(same_bits(plain(on_host(columns)), want));
}

TEST_CASE("kernels refuse dtypes that their operation does not take") {
  const Array whole(Shape(2), DType::int64, default_device()), mask(Shape(2), DType::boolean, default_device());
  REQUIRE_THROWS_WITH(kernels::unary(Unary::Exp, whole), "[unary] this operation does not take int64");
  REQUIRE_THROWS_WITH(kernels::binary(Binary::Div, whole, 2), "[binary] this operation does not take int64");
  REQUIRE_THROWS_WITH(kernels::unary(Unary::Neg, mask), "[unary] this operation does not take bool");
  REQUIRE_THROWS_WITH(kernels::reduce(Reduce::Sum, mask, 0), "[reduce] bool is cast to int64 first");
}

TEST_CASE("without CUDA every entry says how to get it") {
  if (lemma::cuda::build() != "off") return;  // builds that have it are tested in another file
  const Array x(Shape(2), DType::float32);
  kernels::Backend& missing = kernels::backend_of(Device::cuda());
  const std::string text =
      "this build runs on the CPU alone; configure with -DLEMMA_CUDA=ON (a GPU and the CUDA "
      "toolkit) or -DLEMMA_CUDA=EMULATED (needs neither)";
  REQUIRE_THROWS_WITH(missing.run(kernels::UnaryWork{Unary::Exp, x, x}), "[unary] " + text);
  REQUIRE_THROWS_WITH(missing.run(kernels::MatmulWork{x, x, x}), "[matmul] " + text);
  REQUIRE_THROWS_WITH(missing.run(kernels::CopyWork{x, x}), "[copy] " + text);
  double sum = 0;
  REQUIRE_THROWS_WITH(missing.run(kernels::SumSquaresWork{std::span(&x, 1), sum}), "[sum_squares] " + text);
  REQUIRE_THROWS_AS(missing.run(kernels::ScaleWork{std::span(&x, 1), std::span(&x, 1), 2}), DeviceError);
}
