// The self-check of a device: small enough for the emulated one, with every answer known in advance.
#include "cli/doctor_checks.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "lemma/random.h"

namespace lemma::cli {
namespace {

std::string compare(const std::vector<double>& expected, const std::vector<double>& got, double tolerance) {
  if (got.size() != expected.size()) return fmt::format("{} numbers instead of {}", got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i)
    if (!(std::fabs(got[i] - expected[i]) <= tolerance))
      return fmt::format("number {} is {}, not {}", i, got[i], expected[i]);
  return "";
}

// (37, 65) x (65, 41), odd sizes on purpose, against plain loops in double precision.
std::string product(Device device) {
  constexpr int64_t M = 37, K = 65, N = 41;
  Generator generator{11, 0};
  const Tensor a = rand({M, K}, {}, &generator), b = rand({K, N}, {}, &generator);
  const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
  std::vector<double> expected(static_cast<size_t>(M * N));
  for (int64_t m = 0; m < M; ++m)
    for (int64_t n = 0; n < N; ++n)
      for (int64_t k = 0; k < K; ++k)
        expected[static_cast<size_t>(m * N + n)] +=
            x[static_cast<size_t>(m * K + k)] * y[static_cast<size_t>(k * N + n)];
  return compare(expected, matmul(a.to(device), b.to(device)).to_vector<double>(), 1e-4);
}

std::string softmax_of_123(Device device) {
  const Tensor x = tensor({1.0, 2.0, 3.0}, {.device = device});
  return compare({0.09003057317038046, 0.24472847105479764, 0.6652409557748218}, softmax(x, 0).to_vector<double>(),
                 1e-6);
}

// e = (a + b)(b + 1) at a = 2, b = 1: de/da = 2, de/db = 5.  y = tanh x at 0.5: dy/dx = 1 - y^2.
std::string gradient(Device device) {
  const TensorOptions leaf{.device = device, .requires_grad = true};
  const Tensor a = tensor(2.0, leaf), b = tensor(1.0, leaf), x = tensor(0.5, leaf);
  const std::vector<Tensor> grads = grad({(a + b) * (b + 1) + tanh(x)}, {a, b, x});
  std::vector<double> got;
  for (const Tensor& g : grads) got.push_back(g.item());
  return compare({2, 5, 0.7864477329659274}, got, 1e-6);
}

// The first numbers of two streams, bit for bit; then a thousand more against the CPU's.
std::string random_numbers(Device device) {
  const auto draw = [](Device where, int64_t count) {
    Generator generator{7, 0};
    const TensorOptions options{.device = where};
    return cat({rand({count}, options, &generator), randn({count}, options, &generator)}).to_vector<double>();
  };
  const std::string first = compare({0x1.e8c0f4p-1, 0x1.8013f2p-1, 0x1.028d78p+1, -0x1.04fcfcp-1}, draw(device, 2), 0);
  return first.empty() ? compare(draw(Device::cpu(), 1000), draw(device, 1000), 0) : first;
}

}  // namespace

std::vector<Check> check_device(Device device) {
  const std::pair<const char*, std::string (*)(Device)> tries[] = {
      {"product", product}, {"softmax", softmax_of_123}, {"gradient", gradient}, {"random numbers", random_numbers}};
  std::vector<Check> checks;
  for (const auto& [name, run] : tries) {
    Check check{name, false, ""};
    try {
      check.problem = run(device);
    } catch (const std::exception& error) {
      check.problem = error.what();
    }
    check.ok = check.problem.empty();
    checks.push_back(check);
  }
  return checks;
}

bool Report::ok() const {
  for (const DeviceReport& device : devices)
    for (const Check& check : device.checks)
      if (!check.ok) return false;
  return true;
}

}  // namespace lemma::cli
