// Autocast: what it does to every operation, where it begins and ends, and what comes back to float32 parameters.
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "kernels/functors.h"
#include "lemma/autocast.h"
#include "lemma/autograd.h"
#include "lemma/io/files.h"
#include "lemma/nn/linear.h"
#include "lemma/random.h"
#include "tests/catch.h"
#include "tests/op_table.h"

using namespace lemma;
using namespace optable;

namespace {

std::map<std::string, AutocastPolicy> policies() {
  std::map<std::string, AutocastPolicy> all;
  for (const AutocastRule& rule : autocast_table()) REQUIRE(all.emplace(rule.op, rule.policy).second);
  return all;
}

Tensors in(const Tensors& inputs, DType dtype) {
  Tensors all;
  for (const Tensor& x : inputs) all.push_back(is_floating(x.dtype()) ? x.to(dtype) : x);
  return all;
}

// One operand of an einsum is only summed; with two or more there is a product.
bool is_product(const Row& row) { return row.op != "einsum" || row.inputs.size() > 1; }

}  // namespace

TEST_CASE("the table of autocast, but for the rows of functors.h, is the one in docs/mixed_precision.md") {
  std::string table = "| operation | runs in |\n|---|---|\n";
  size_t rows = 0;
  for (const auto& each : {std::span<const Traits>(detail::kUnary), std::span<const Traits>(detail::kBinary),
                           std::span<const Traits>(detail::kCompare), std::span<const Traits>(detail::kReduce)})
    for (const Traits& row : each) rows += row.cast != Cast::none ? 1 : 0;
  for (const AutocastRule& rule : autocast_table().first(autocast_table().size() - rows))
    table += fmt::format("| `{}` | {} |\n", rule.op, name(rule.policy));
  INFO("the page should hold:\n" << table);
  CHECK(io::read_file(LEMMA_SOURCE_DIR "/docs/mixed_precision.md").find("\n" + table + "\n") != std::string::npos);
}

TEST_CASE("every operation under autocast gives the dtype that its policy says") {
  const std::map<std::string, AutocastPolicy> policy = policies();
  std::map<std::string, int> rows;
  for (const Row& row : table()) ++rows[row.op];
  for (const auto& [op, how] : policy) {
    INFO(op);
    CHECK(rows[op] > 0);
  }
  for (const Row& row : table()) {
    if (row.op == "cast" || row.op == "equal" || row.op == "allclose" || !is_product(row)) continue;
    const auto found = policy.find(row.op);
    const Tensors wide = draw(row, row.shapes[0], float32);
    bool floats = false;
    for (const Tensor& x : wide) floats = floats || is_floating(x.dtype());
    if (!floats) continue;
    for (const DType half : {float16, bfloat16})
      for (const DType given : {float32, half, float64}) {
        const std::string what = fmt::format("{} on {} in a block of {}", row.name(), name(given), name(half));
        INFO(what);
        const Tensors inputs = in(wide, given);
        const DType plain = row.run(inputs).dtype();
        Autocast guard(default_device(), half);
        DType expected = plain;
        if (is_floating(plain) && given != float64 && found != policy.end()) {
          if (found->second == AutocastPolicy::half) expected = half;
          if (found->second == AutocastPolicy::wide) expected = float32;
        }
        CHECK(name(row.run(inputs).dtype()) == std::string(name(expected)));
      }
  }
}

TEST_CASE("inputs of two dtypes meet in the widest under autocast, and remain an error outside") {
  const std::map<std::string, AutocastPolicy> policy = policies();
  int tried = 0;
  for (const Row& row : table()) {
    const auto found = policy.find(row.op);
    if (found == policy.end() || found->second != AutocastPolicy::widest) continue;
    Tensors inputs = draw(row, row.shapes[0], float32);
    std::vector<size_t> floats;
    for (size_t i = 0; i < inputs.size(); ++i)
      if (is_floating(inputs[i].dtype())) floats.push_back(i);
    if (floats.size() < 2) continue;
    ++tried;
    const std::string what = row.name();
    INFO(what);
    inputs[floats[1]] = inputs[floats[1]].to(bfloat16);
    CHECK_THROWS_AS(row.run(inputs), DTypeError);
    Tensors same = inputs;
    same[floats[1]] = same[floats[1]].to(float32);
    const Tensor expected = row.run(same);
    Autocast guard(default_device(), bfloat16);
    const Tensor y = row.run(inputs);
    CHECK(name(y.dtype()) == std::string(name(expected.dtype())));
    CHECK(equal(y, expected));
  }
  CHECK(tried >= 14);
  Autocast guard(default_device());
  CHECK((ones({2}, {.dtype = float16}) + ones({2}, {.dtype = bfloat16})).dtype() == float32);
  CHECK((ones({2}, {.dtype = float16}) + ones({2}, {.dtype = float64})).dtype() == float64);
}

TEST_CASE("blocks nest, switch off, end, and keep to their device and thread") {
  const Tensor a = ones({2, 2}, {.device = Device::cpu()});
  const auto dtype = [&] { return std::string(name(matmul(a, a).dtype())); };
  CHECK_FALSE(is_autocast_enabled(Device::cpu()));
  {
    Autocast outer(Device::cpu(), float16);
    CHECK(dtype() == "float16");
    {
      autocast inner("cpu");  // the CPU's own: bfloat16
      CHECK(dtype() == "bfloat16");
      autocast off("cpu", {}, false);
      CHECK(dtype() == "float32");
      const Tensor h = ones({2}, {.dtype = float16, .device = Device::cpu()});
      CHECK(sum(h).dtype() == float16);
    }
    CHECK(dtype() == "float16");
    CHECK(get_autocast_dtype(Device::cpu()) == float16);
  }
  CHECK(dtype() == "float32");
  Autocast other("cuda");
  CHECK(get_autocast_dtype(Device::cuda()) == float16);
  CHECK(is_autocast_enabled(Device::cuda(1)));
  CHECK(dtype() == "float32");
  CHECK_THROWS_WITH(Autocast(Device::cpu(), float32),
                    "[autocast] products run in float16 or bfloat16, not float32; for a block without casts give "
                    "enabled = false");
}

TEST_CASE("float32 parameters get float32 gradients, near those of a float32 pass, wherever backward() is called") {
  manual_seed(3);
  nn::Linear fc(64, 8);
  const Tensor x = randn({16, 64}), labels = randint(0, 8, {16});
  const auto run = [&](std::optional<DType> half, bool backward_inside) {
    fc.weight.zero_grad();
    fc.bias.zero_grad();
    Tensor loss;
    {
      Autocast guard(default_device(), half, half.has_value());
      const Tensor logits = fc(x);
      CHECK(logits.dtype() == half.value_or(float32));
      loss = cross_entropy(logits, labels);
      CHECK(loss.dtype() == float32);
      if (backward_inside) loss.backward();
    }
    if (!backward_inside) loss.backward();
    CHECK(fc.weight.grad().dtype() == float32);
    CHECK(fc.bias.grad().dtype() == float32);
    return fc.weight.grad().clone();
  };
  const Tensor exact = run({}, false);
  for (const auto& [half, tolerance] : {std::pair{float16, 2e-3}, std::pair{bfloat16, 1.6e-2}}) {
    const Tensor outside = run(half, false), inside = run(half, true);
    CHECK(equal(outside, inside));
    CHECK(norm(outside - exact).item() < tolerance * norm(exact).item());
    CHECK(norm(outside - exact).item() > 0);
  }
}

TEST_CASE("attention under autocast: products in the half type, softmax in float32, all masked gives zeros") {
  manual_seed(1);
  const Tensor q = randn({2, 5, 16}), k = randn({2, 7, 16}), v = randn({2, 7, 16});
  const Tensor exact = scaled_dot_product_attention(q, k, v);
  Autocast guard(default_device(), bfloat16);
  const Tensor y = scaled_dot_product_attention(q, k, v);
  CHECK(y.dtype() == bfloat16);
  CHECK(max(abs(y - exact)).item() < 0.05);
  CHECK(softmax(matmul(q, k.transpose(-2, -1)), -1).dtype() == float32);
  const Tensor nothing = zeros({5, 7}, {.dtype = boolean});
  CHECK(equal(scaled_dot_product_attention(q, k, v, nothing), zeros({2, 5, 16}, {.dtype = bfloat16})));
}

TEST_CASE("attention of float16 scales before the product, whose sums would overflow") {
  const Tensor q = full({1, 3, 16}, 100.0);  // q k = 160,000, scaled 40,000; float16 ends at 65,504
  manual_seed(2);
  const Tensor v = randn({1, 3, 4});
  Autocast guard(default_device(), float16);
  CHECK(max(abs(scaled_dot_product_attention(q, q, v) - mean(v, 1, true))).item() < 2e-3);
}

TEST_CASE("second derivatives pass through the casts") {
  const Tensor x = tensor({{0.5, -1.0}, {2.0, 0.25}}).requires_grad_();
  Tensor y;
  {
    Autocast guard(default_device(), float16);
    y = sum(matmul(x, x));
  }
  const Tensor g = grad({y}, {x}, {.create_graph = true})[0];
  CHECK(g.dtype() == float32);
  const Tensor gg = grad({sum(g * g)}, {x})[0];
  CHECK(gg.dtype() == float32);
  const Tensor z = tensor({{0.5, -1.0}, {2.0, 0.25}}, {.dtype = float64}).requires_grad_();
  const Tensor h = grad({sum(matmul(z, z))}, {z}, {.create_graph = true})[0];
  CHECK(allclose(gg.to(float64), grad({sum(h * h)}, {z})[0], 2e-3));
}
