// float16 and bfloat16: every number there and back, printing, files of their own, the whole operation table.
#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "lemma/optim/adam.h"
#include "lemma/random.h"
#include "tests/catch.h"
#include "tests/cuda_helpers.h"
#include "tests/op_table.h"

using namespace lemma;
using namespace optable;

namespace {

// The number nearest to x with `digits` binary digits and no exponent below `lowest`, ties to even, by double
// arithmetic alone; infinity from `beyond` on.
double nearest(double x, int digits, int lowest, double beyond) {
  if (x == 0 || !std::isfinite(x)) return x;
  int exponent = 0;
  std::frexp(x, &exponent);
  const double unit = std::ldexp(1.0, std::max(exponent - digits, lowest));
  const double y = std::nearbyint(x / unit) * unit;
  return std::fabs(y) >= beyond ? std::copysign(INFINITY, x) : y;
}
double nearest_half(double x) { return nearest(x, 11, -24, 65536); }
double nearest_bfloat(double x) { return nearest(x, 8, -133, 0x1p128); }

bool same(double a, double b) { return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b); }

float float_at(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}

// The unit roundoff: half the distance from 1 to the next number.
double roundoff(DType half) { return half == float16 ? 0x1p-11 : 0x1p-8; }

}  // namespace

TEST_CASE("all 65,536 halves are the numbers that their bits spell, and come back to the same bits") {
  int64_t wrong = 0;
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const uint16_t b = static_cast<uint16_t>(bits);
    const int e = (b >> 10) & 31, f = b & 1023;
    const double half = e == 31 ? (f ? NAN : INFINITY) : e == 0 ? std::ldexp(f, -24) : std::ldexp(1024 + f, e - 25);
    const double h = static_cast<double>(static_cast<float>(Half::from_bits(b)));
    wrong += !same(h, b & 0x8000 ? -half : half);
    wrong += std::isnan(h) ? !std::isnan(static_cast<float>(Half(static_cast<float>(h))))
                           : Half(static_cast<float>(h)).bits != b;
    const float brain = static_cast<float>(BFloat16::from_bits(b));
    wrong += !same(brain, float_at(bits << 16));
    wrong += std::isnan(brain) ? !std::isnan(static_cast<float>(BFloat16(brain))) : BFloat16(brain).bits != b;
  }
  CHECK(wrong == 0);
}

TEST_CASE("floats round to the nearest half, ties to even, subnormals and overflow included") {
  int64_t wrong = 0;
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 40503) {
    for (const uint32_t near : {0u, 0x1000u, 0x8000u}) {  // also exactly halfway between two
      const float x = float_at((static_cast<uint32_t>(bits) & ~0x1fffu) | near);
      wrong += !same(static_cast<float>(Half(x)), nearest_half(x));
      wrong += !same(static_cast<float>(BFloat16(x)), nearest_bfloat(x));
    }
    const float x = float_at(static_cast<uint32_t>(bits));
    wrong += !same(static_cast<float>(Half(x)), nearest_half(x));
    wrong += !same(static_cast<float>(BFloat16(x)), nearest_bfloat(x));
  }
  CHECK(wrong == 0);
  CHECK(Half(65519.0f).bits == 0x7bff);
  CHECK(Half(65520.0f).bits == 0x7c00);
  CHECK(Half(0x1p-25f).bits == 0);
  CHECK(Half(std::nextafter(0x1p-25f, 1.0f)).bits == 1);
  CHECK(Half(-0.0f).bits == 0x8000);
}

TEST_CASE("casts between all dtypes, in vectors and one by one, give the nearest number") {
  const Tensor x = randn({1000}) * 300;
  const std::vector<double> values = x.to_vector<double>();
  const std::vector<double> h = x.to(float16).to_vector<double>(), b = x.to(bfloat16).to_vector<double>();
  const std::vector<double> from64 = x.to(float64).to(float16).to_vector<double>();
  const std::vector<double> strided = reshape(x, {10, 100}).t().to(bfloat16).t().contiguous().to_vector<double>();
  for (size_t i = 0; i < values.size(); ++i) {
    REQUIRE(h[i] == nearest_half(values[i]));
    REQUIRE(b[i] == nearest_bfloat(values[i]));
    REQUIRE(from64[i] == h[i]);
    REQUIRE(strided[i] == b[i]);
  }
  CHECK(tensor({2.5, -0.0, 70000.0}).to(float16).to(boolean).to_vector<bool>() == std::vector<bool>{true, false, true});
  CHECK(tensor({2.75, -3.25}).to(bfloat16).to(int64).to_vector<int64_t>() == std::vector<int64_t>{2, -3});
  CHECK(tensor({int64_t{2049}}).to(float16).item() == 2048);  // halfway: to even
  CHECK(tensor({true, false}).to(bfloat16).to_vector<float>() == std::vector<float>{1, 0});
  CHECK(tensor({0.1}).to(float16).to(bfloat16).item() == nearest_bfloat(nearest_half(static_cast<double>(0.1f))));
}

TEST_CASE("half tensors are made, read and printed as in PyTorch") {
  const DefaultDevice host(Device::cpu());
  const Tensor x = tensor({1.0, 0.1, -2.0}, {.dtype = bfloat16});
  CHECK(x.str() == "tensor([ 1.0000,  0.1001, -2.0000], dtype=bfloat16)");
  CHECK(tensor({1.0, 2.0}, {.dtype = float16, .requires_grad = true}).str() ==
        "tensor([1., 2.], dtype=float16, requires_grad=true)");
  CHECK(zeros({0}, {.dtype = float16}).str() == "tensor([], dtype=float16)");
  CHECK(full({}, 65504, {.dtype = float16}).item() == 65504);
  CHECK(full({}, 1e6).to(float16).item() == INFINITY);
  CHECK(static_cast<float>(x.data<BFloat16>()[2]) == -2.0f);
  CHECK(size_of(float16) == 2);
  const Half two[] = {Half(0.5f), Half(2.0f)};
  CHECK(from_data(two, {2}).dtype() == float16);
  CHECK(from_data(two, {2}).to_vector<float>() == std::vector<float>{0.5f, 2.0f});
  CHECK_THROWS_WITH(x.data<Half>(), "[data] the tensor is bfloat16, asked for as float16");
  CHECK_THROWS_WITH(x + tensor({1.0, 2.0, 3.0}),
                    "[add] dtypes differ: lhs is bfloat16 (3), rhs is float32 (3); cast one side, e.g. with "
                    ".to(bfloat16)");
  CHECK(arange(0, 2, 0.5, {.dtype = bfloat16}).to_vector<float>() == std::vector<float>{0, 0.5f, 1, 1.5f});
}

TEST_CASE("uniform halves stay below 1, and are the float32 numbers cut to fewer digits") {
  for (const DType half : {float16, bfloat16}) {
    Generator one{3, 0}, two{3, 0};
    const double steps = half == float16 ? 2048 : 256;
    const std::vector<double> wide = rand({5000}, {}, &one).to_vector<double>();
    const std::vector<double> u = rand({5000}, {.dtype = half}, &two).to_vector<double>();
    for (size_t i = 0; i < u.size(); ++i) REQUIRE(u[i] == std::floor(wide[i] * steps) / steps);
    CHECK(*std::max_element(u.begin(), u.end()) < 1);
    CHECK(one.offset == two.offset);
    CHECK(randn({8}, {.dtype = half}).dtype() == half);
  }
}

TEST_CASE("a number meets a half tensor in float32") {
  const Tensor x = full({}, 3, {.dtype = bfloat16, .requires_grad = true});
  CHECK((x * (1 / 0.9)).item() == nearest_bfloat(3 / 0.9));  // 3.328, where 3 * 1.109 would round to 3.344
  CHECK((x - 0.1).item() == nearest_bfloat(2.9));
  CHECK((0.1 / x).item() == nearest_bfloat(0.1 / 3));
  Tensor y = x * (1 / 0.9);
  y.backward();
  CHECK(x.grad().item() == nearest_bfloat(1 / 0.9));
}

TEST_CASE("long sums and means of halves neither stall nor overflow") {
  // Added one by one in float16, ones stop counting at 2048.
  CHECK(sum(ones({50000}, {.dtype = float16})).item() == nearest_half(50000));
  CHECK(mean(full({100000}, 3, {.dtype = float16})).item() == 3);
  CHECK(lemma::std(tensor({250.0, 260.0}, {.dtype = float16}), 0, 0).item() == 5);
  CHECK(cumsum(ones({4096}, {.dtype = bfloat16}), 0).select(0, -1).item() == 4096);
  CHECK(matmul(ones({1, 4096}, {.dtype = bfloat16}), ones({4096, 1}, {.dtype = bfloat16})).item() == 4096);
}

TEST_CASE("optimisers refuse half parameters in words") {
  CHECK_THROWS_WITH(optim::Adam({zeros({2}, {.dtype = bfloat16, .requires_grad = true})}),
                    "[Adam] parameter 0 is bfloat16 (2): small steps would be lost in its few digits; keep weights in "
                    "float32 and compute under Autocast");
}

// ---- The operation table ----

namespace {

// Its tolerances are finer than a half type's digits.
bool skipped(const Row& row) { return row.op == "allclose"; }

std::string where_of(const Row& row, const Shapes& shapes, DType dtype) {
  std::string text = row.name() + " on";
  for (const Shape& shape : shapes) text += " " + shape.str();
  return text + " " + name(dtype);
}

// Compositions of several operations round after each; the factor counts their roundings, and what the later ones make
// of them. Everything else rounds once.
double roundings(const std::string& op) {
  for (const char* composed : {"linear", "scatter_add", "scaled_dot_product_attention", "index_add", "addmm", "baddbmm",
                               "tensordot", "quantile", "conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d"})
    if (op == composed) return 4;
  return 1.01;  // 1, and what float32 loses before
}

}  // namespace

TEST_CASE("each operation on halves gives the reference of its rounded inputs, rounded") {
  for (const Row& row : table()) {
    if (skipped(row)) continue;
    for (const Shapes& shapes : row.shapes)
      for (const DType half : {float16, bfloat16}) {
        const std::string what = where_of(row, shapes, half);
        INFO(what);
        try {
          const Tensors inputs = draw(row, shapes, half);
          const Tensor y = row.run(inputs);
          const Grid reference = row.reference(as_grids(inputs));
          CHECK(y.shape().str() == reference.shape.str());
          DType expected = inputs[0].dtype();
          for (const Tensor& x : inputs)
            if (is_half(x.dtype())) expected = row.op == "bincount" ? float64 : half;  // its weights add up in float64
          CHECK(name(y.dtype()) == std::string(name(row.result.value_or(expected))));
          const std::vector<double> values = y.to_vector<double>();
          REQUIRE(values.size() == reference.values.size());
          double worst = 0;
          for (size_t i = 0; i < values.size(); ++i) {
            const double r = reference.values[i];
            const double error = values[i] == r ? 0 : std::fabs(values[i] - r) / std::max(1.0, std::fabs(r));
            worst = error <= worst ? worst : error;  // a NaN stays
          }
          CHECK(worst <= roundings(row.op) * roundoff(half));
        } catch (const Error& error) {
          FAIL_CHECK(error.what());
        }
      }
  }
}

TEST_CASE("gradients through halves are those of float64, as far as the digits go") {
  for (const Row& row : table()) {
    if (skipped(row) || row.order == 0) continue;
    for (const DType half : {float16, bfloat16}) {
      const std::string what = where_of(row, row.shapes[0], half);
      INFO(what);
      try {
        const Tensors inputs = draw(row, row.shapes[0], half);
        Tensors wide;
        for (const Tensor& x : inputs) wide.push_back(is_half(x.dtype()) ? x.to(float64) : x);
        const Tensors a = gradients(row, inputs), b = gradients(row, wide);
        for (size_t i = 0; i < a.size(); ++i) {
          REQUIRE(a[i].defined() == b[i].defined());
          if (!a[i].defined()) continue;
          CHECK(a[i].dtype() == half);
          const std::vector<double> x = a[i].to_vector<double>(), y = b[i].to_vector<double>();
          double worst = 0, scale = 1;
          for (double v : y) scale = std::max(scale, std::fabs(v));
          for (size_t k = 0; k < x.size(); ++k) {
            const double error = std::fabs(x[k] - y[k]) / scale;
            worst = error <= worst ? worst : error;
          }
          CHECK(worst <= 16 * roundoff(half));  // a rule is several operations, each of which rounds
        }
      } catch (const Error& error) {
        FAIL_CHECK(error.what());
      }
    }
  }
}

TEST_CASE("halves are read from any layout") {
  const auto transposed = [](const Tensor& x) { return x.dim() < 2 ? x : x.transpose(0, -1).clone().transpose(0, -1); };
  const auto strided = [](const Tensor& x) { return select(stack({x, x}, x.dim()), -1, 1); };
  const auto stretched = [](const Tensor& x) {
    return x.dim() == 0 || x.size(0) < 2 ? x : expand(narrow(x, 0, 0, 1).clone(), x.shape());
  };
  for (const Row& row : table()) {
    if (skipped(row)) continue;
    for (const Shapes& shapes : row.shapes)
      for (const std::function<Tensor(const Tensor&)>& layout :
           std::initializer_list<std::function<Tensor(const Tensor&)>>{transposed, strided, stretched}) {
        const std::string what = where_of(row, shapes, bfloat16);
        INFO(what);
        Tensors moved, plain;
        for (const Tensor& x : draw(row, shapes, bfloat16)) {
          moved.push_back(layout(x));
          plain.push_back(moved.back().clone());
        }
        const std::vector<double> a = row.run(moved).to_vector<double>(), b = row.run(plain).to_vector<double>();
        REQUIRE(a.size() == b.size());
        // One rounding may go the other way, as sums run in another order.
        for (size_t i = 0; i < a.size(); ++i)
          if (!(a[i] == b[i] || std::fabs(a[i] - b[i]) <= 2.01 * roundoff(bfloat16) * std::max(1.0, std::fabs(b[i]))))
            FAIL_CHECK("element " << i << ": " << a[i] << " and " << b[i]);
      }
  }
}
