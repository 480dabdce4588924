// The CPU against CUDA on every row of the table: values and gradients close, whole numbers, masks and random numbers
// equal to the bit.
#include <algorithm>
#include <cmath>

#include "lemma/autograd.h"
#include "lemma/random.h"
#include "tests/cuda_helpers.h"
#include "tests/op_table.h"

using namespace lemma;
using namespace optable;

namespace {

constexpr double kClose = 1e-5;

Tensors on(Device device, const Tensors& inputs) {
  Tensors moved;
  for (const Tensor& x : inputs) moved.push_back(x.to(device));
  return moved;
}

// Largest |a - b|, relative to the largest entry of b above 1. Infinity where kinds or whole numbers differ.
double distance(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined() ? 0 : INFINITY;
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return INFINITY;
  const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
  double worst = 0, scale = 1;
  for (const double v : y)
    if (std::isfinite(v)) scale = std::max(scale, std::fabs(v));
  for (size_t i = 0; i < x.size(); ++i) {
    if (x[i] == y[i] || (std::isnan(x[i]) && std::isnan(y[i]))) continue;
    if (!is_floating(a.dtype()) || !std::isfinite(x[i]) || !std::isfinite(y[i])) return INFINITY;
    worst = std::max(worst, std::fabs(x[i] - y[i]) / scale);
  }
  return worst;
}

// all(), any() and their like return a bool, which the row makes a tensor of wherever it wants.
bool row_is_question(const Row& row) {
  return row.op == "all" || row.op == "any" || row.op == "equal" || row.op == "allclose";
}

struct Worst {
  double values = 0, gradients = 0;
};

Worst compare_devices(const Row& on_cpu, const Row& on_cuda, const Shapes& shapes, DType dtype) {
  const Tensors inputs = draw(on_cpu, shapes, dtype), cpu = on(Device::cpu(), inputs),
                cuda = on(Device::cuda(), inputs);
  Worst worst;
  manual_seed(5);
  const Tensor expected = on_cpu.run(cpu);
  manual_seed(5);
  const Tensor got = on_cuda.run(cuda);
  const bool answers_the_host = row_is_question(on_cpu);
  CHECK((answers_the_host || got.device() == Device::cuda()));
  worst.values = distance(got, expected);
  if (on_cpu.order == 0) return worst;
  manual_seed(5);
  const Tensors a = gradients(on_cpu, cpu);
  manual_seed(5);
  const Tensors b = gradients(on_cuda, cuda);
  for (size_t i = 0; i < a.size(); ++i) {
    if (b[i].defined()) CHECK(b[i].device() == Device::cuda());
    worst.gradients = std::max(worst.gradients, distance(b[i], a[i]));
  }
  return worst;
}

}  // namespace

TEST_CASE("every operation gives on CUDA what it gives on the CPU, gradients included") {
  if (!have_cuda()) return;
  size_t cases = 0;
  for (const Row& row : table())
    for (const Shapes& shapes : row.shapes)
      for (const DType dtype : {float32, float64}) {
        std::string what = row.name() + " " + name(dtype) + " on";
        for (const Shape& shape : shapes) what += " " + shape.str();
        INFO(what);
        try {
          const Worst worst = compare_devices(row, row, shapes, dtype);
          CHECK(worst.values <= (dtype == float32 ? kClose : 1e-12));
          CHECK(worst.gradients <= (dtype == float32 ? kClose : 1e-12));
          ++cases;
        } catch (const Error& error) {
          FAIL_CHECK(error.what());
        }
      }
  CHECK(cases > 1000);
}

TEST_CASE("the comparison would catch a difference of 2e-5, a wrong whole number, a flipped mask and a bent gradient") {
  if (!have_cuda()) return;
  const auto find = [](const std::string& op) -> const Row& {
    return *std::find_if(table().begin(), table().end(), [&](const Row& row) { return row.op == op; });
  };
  const auto worst = [&](const Row& row, std::function<Tensor(const Tensors&)> run) {
    Row bent = row;
    bent.run = std::move(run);
    return compare_devices(row, bent, row.shapes[0], float32);
  };
  const Row &tanh_row = find("tanh"), &argmax_row = find("argmax"), &lt_row = find("lt");
  CHECK(worst(tanh_row, [&](const Tensors& x) { return tanh_row.run(x) + 2e-5; }).values > kClose);
  CHECK(worst(argmax_row, [&](const Tensors& x) { return argmax_row.run(x) + 1.0; }).values == INFINITY);
  CHECK(worst(lt_row, [&](const Tensors& x) { return logical_not(lt_row.run(x)); }).values == INFINITY);
  const Worst bent = worst(tanh_row, [&](const Tensors& x) { return tanh_row.run(x) + (x[0] - x[0].detach()) * 1e-4; });
  CHECK(bent.values <= kClose);
  CHECK(bent.gradients > kClose);
}

TEST_CASE("random numbers are the CPU's, to the bit: uniform, normal, whole, permuted; and dropout's masks") {
  if (!have_cuda()) return;
  for (const int64_t n : {1, 2, 5, 64, 1000, 4099})
    for (const DType dtype : {float32, float64}) {
      CAPTURE(n, name(dtype));
      const auto draw_on = [&](Device device) {
        Generator generator{42, 3};  // not at the start of a block of four
        const TensorOptions options{.dtype = dtype, .device = device};
        const TensorOptions whole{.dtype = int64, .device = device};
        return Tensors{rand({n}, options, &generator), randn({n}, options, &generator),
                       randint(-7, 1000003, {n}, whole, &generator),
                       multinomial(ones({3, 7}, options), 5, true, &generator)};
      };
      const Tensors cpu = draw_on(Device::cpu()), cuda = draw_on(Device::cuda());
      for (size_t i = 0; i < cpu.size(); ++i) CHECK(cuda[i].to_vector<double>() == cpu[i].to_vector<double>());
    }
  const Tensor x = ones({33, 65}, {.device = Device::cpu()});
  for (const double p : {0.1, 0.5, 0.9}) {
    manual_seed(9);
    const std::vector<float> cpu = dropout(x, p, true).to_vector<float>();
    manual_seed(9);
    CHECK(dropout(x.to(Device::cuda()), p, true).to_vector<float>() == cpu);
  }
  manual_seed(3);
  const auto order = [](Device device) {
    const DefaultDevice there(device);
    Generator generator{8, 0};
    return randperm(500, &generator).to_vector<int64_t>();
  };
  CHECK(order(Device::cuda()) == order(Device::cpu()));
}

TEST_CASE("the same call gives the same bits from run to run") {
  if (!have_cuda()) return;
  Generator generator{1, 0};
  const TensorOptions there{.device = Device::cuda()};
  const Tensor w = randn({50, 16}, there, &generator), g = randn({700, 16}, there, &generator);
  const Tensor ids = randint(0, 50, {700}, {.dtype = int64, .device = Device::cuda()}, &generator);
  const auto all = [&] {
    const Tensor leaf = w.detach().requires_grad_();
    const Tensor loss = sum(embedding(leaf, ids) * g);
    return cat({grad(loss, leaf).flatten(), matmul(w, g.t()).flatten(), sum(g, 0), softmax(g, 0).flatten()});
  };
  const std::vector<float> first = all().to_vector<float>();
  for (int i = 0; i < 3; ++i) CHECK(all().to_vector<float>() == first);
}
