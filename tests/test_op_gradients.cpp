// Every differentiable row of the table: first and second derivatives against central differences, and inputs used
// twice.
#include <algorithm>
#include <cmath>

#include "lemma/autograd.h"
#include "tests/catch.h"
#include "tests/op_table.h"

using namespace lemma;
using namespace optable;

namespace {

constexpr int64_t kFew = 64;  // elements of a case whose every entry is differenced

bool is_small(const Shapes& shapes) {
  int64_t n = 0;
  for (const Shape& shape : shapes) n += shape.numel();
  return n <= kFew;
}

template <class Check>
size_t over_small_cases(const Check& check) {
  size_t cases = 0;
  for (const Row& row : table()) {
    if (row.order == 0) continue;
    for (const Shapes& shapes : row.shapes) {
      if (!is_small(shapes)) continue;
      ++cases;
      std::string what = row.name() + " on";
      for (const Shape& shape : shapes) what += " " + shape.str();
      INFO(what);
      try {
        check(row, draw(row, shapes, float64));
      } catch (const Error& error) {
        FAIL_CHECK(error.what());
      }
    }
  }
  return cases;
}

double distance(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined() ? 0 : INFINITY;
  if (a.shape() != b.shape()) return INFINITY;
  const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double error = std::fabs(x[i] - y[i]) / std::max(1.0, std::fabs(y[i]));
    worst = error <= worst ? worst : error;
  }
  return worst;
}

}  // namespace

TEST_CASE("first derivatives agree with central differences to 1e-6, every entry") {
  const size_t cases = over_small_cases([](const Row& row, const Tensors& inputs) {
    const GradCheckResult result = gradcheck(row.run, inputs);
    INFO(result.message);
    CHECK(result.ok);
    CHECK(result.max_error <= 1e-6);
  });
  CHECK(cases > 400);
}

TEST_CASE("second derivatives agree with central differences to 1e-6, every entry") {
  const size_t cases = over_small_cases([](const Row& row, const Tensors& inputs) {
    const GradCheckResult result = gradgradcheck(row.run, inputs);
    INFO(result.message);
    CHECK(result.ok);
    CHECK(result.max_error <= 1e-6);
  });
  CHECK(cases > 400);
}

TEST_CASE("each differentiable row's result depends on its floating inputs") {
  // Without this, an operation that forgot to record would pass where its gradient happens to be 0.
  over_small_cases([](const Row& row, Tensors inputs) {
    bool asked = false;
    for (Tensor& x : inputs)
      if (is_floating(x.dtype())) asked = x.requires_grad_().requires_grad();
    CHECK(asked);
    if (inputs[0].numel() > 0) CHECK(row.run(inputs).requires_grad());
  });
}

TEST_CASE("an operation used twice: the gradients of both uses are added") {
  over_small_cases([](const Row& row, const Tensors& inputs) {
    const Tensors once = gradients(row, inputs);
    Row twice = row;
    twice.run = [&row](const Tensors& x) { return row.run(x) + row.run(x) * 2.0; };
    const Tensors both = gradients(twice, inputs);
    for (size_t i = 0; i < once.size(); ++i)
      CHECK(distance(both[i], once[i].defined() ? once[i] * 3.0 : Tensor()) <= 1e-13);
  });
}

TEST_CASE("one tensor in two places of an operation gets the sum of both gradients") {
  size_t pairs = 0;
  over_small_cases([&](const Row& row, const Tensors& inputs) {
    for (size_t i = 0; i < inputs.size(); ++i)
      for (size_t j = i + 1; j < inputs.size(); ++j) {
        const bool alike = is_floating(inputs[i].dtype()) && is_floating(inputs[j].dtype()) &&
                           inputs[i].shape() == inputs[j].shape() && row.inputs[i].low >= row.inputs[j].low &&
                           row.inputs[i].high <= row.inputs[j].high;
        if (!alike) continue;
        ++pairs;
        Tensors apart = inputs;
        apart[j] = inputs[i].clone();
        const Tensors separate = gradients(row, apart);
        const Tensor shared = inputs[i].detach().requires_grad_();
        Tensors together = inputs;
        together[i] = together[j] = shared;
        const Tensor found = grad(weighted_sum(row.run(together)), shared);
        CHECK(distance(found, separate[i] + separate[j]) <= 1e-13);
      }
  });
  CHECK(pairs > 30);
}

TEST_CASE("a product's gradient is right where factors are 0") {
  const auto product = [](const Tensors& x) { return prod(x[0], 1); };
  const Tensor x = tensor({{1.5, 0.0, -2.0}, {0.0, 0.0, 3.0}, {0.5, 2.0, 1.0}}, {.dtype = float64});
  const GradCheckResult first = gradcheck(product, {x}), second = gradgradcheck(product, {x});
  INFO(first.message << " " << second.message);
  CHECK(first.ok);
  CHECK(second.ok);
  const Tensor leaf = x.detach().requires_grad_();
  CHECK(grad(sum(prod(leaf, 1)), leaf).to_vector<double>() == std::vector<double>{0, -3, 0, 0, 0, 0, 2, 0.5, 1});
}

TEST_CASE("the gradient of prod takes time in proportion to the elements, zeros or not") {
  const int64_t n = 200001;  // n^2 products would take minutes
  Tensor x = ones({n}, {.dtype = float64});
  x[7].fill_(2);
  x[n - 1].fill_(-3);
  x.requires_grad_();
  const Tensor g = grad(prod(x), x);
  CHECK(g[0].item() == -6);
  CHECK(g[7].item() == -3);
  CHECK(g[n - 1].item() == 2);
  {
    NoGrad guard;
    x[100].zero_();
  }
  const Tensor with_zero = grad(prod(x), x);
  CHECK(with_zero[100].item() == -6);
  CHECK(sum(abs(with_zero)).item() == 6);  // every other product has the zero in it
}

TEST_CASE("gradients at kinks and ties follow the documented choice") {
  const auto slope = [](auto f, std::vector<double> at) {
    const Tensor x = tensor(at, {.dtype = float64, .requires_grad = true});
    return grad(sum(f(x)), x).template to_vector<double>();
  };
  using V = std::vector<double>;
  CHECK(slope([](const Tensor& x) { return relu(x); }, {0, 1, -1}) == V{0, 1, 0});
  CHECK(slope([](const Tensor& x) { return abs(x); }, {0, 2, -2}) == V{0, 1, -1});
  CHECK(slope([](const Tensor& x) { return clamp(x, -1, 1); }, {-1, 1, 0, 2, -2}) == V{1, 1, 1, 0, 0});
  CHECK(slope([](const Tensor& x) { return maximum(x, full_like(x, 1)); }, {0, 1, 2}) == V{0, 0.5, 1});
  CHECK(slope([](const Tensor& x) { return minimum(x, full_like(x, 1)); }, {0, 1, 2}) == V{1, 0.5, 0});
  CHECK(slope([](const Tensor& x) { return amax(x, 0); }, {3, 1, 3, 3}) == V{1.0 / 3, 0, 1.0 / 3, 1.0 / 3});
  CHECK(slope([](const Tensor& x) { return max(x, 0).first; }, {1, 3, 3}) == V{0, 1, 0});
  CHECK(slope([](const Tensor& x) { return norm(x); }, {0, 0}) == V{0, 0});
  CHECK(slope([](const Tensor& x) { return lemma::std(x, 0); }, {3, 3}) == V{0, 0});
  CHECK(slope(
            [](const Tensor& x) {
              return pow(x, tensor({2.0, 0.0, 1.0}, {.dtype = float64}));
            },
            {0, 0, 0}) == V{0, 0, 1});
  CHECK(slope([](const Tensor& b) { return pow(tensor({0.0, 0.0}, {.dtype = float64}), b); }, {2, 1}) == V{0, 0});
  // A row of -inf alone: zeros and no NaN, in values and gradients.
  CHECK(slope([](const Tensor& x) { return softmax(masked_fill(x, ones_like(x).to(boolean), -INFINITY), 0); },
              {1, 2}) == V{0, 0});
}
