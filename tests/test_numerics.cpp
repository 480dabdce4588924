// Where naive formulas fail: large and tiny numbers, long sums, infinities, NaN, and losses that nothing counts in.
#include <cmath>

#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "lemma/random.h"
#include "tests/catch.h"

using namespace lemma;

namespace {
using Doubles = std::vector<double>;
Tensor f64(std::initializer_list<double> values) { return tensor(Doubles(values), {.dtype = float64}); }
double at(const Tensor& x, int64_t i) { return x[i].item(); }
constexpr float kUlp = 1.1920929e-07f;  // float32's distance from 1 to the next number
}  // namespace

TEST_CASE("sums of a million float32 terms are within a few ulp of float64's") {
  Generator g{1, 0};
  const Tensor x = rand({1'000'000}, {}, &g);
  const double exact = sum(x.to(float64)).item();
  CHECK(std::fabs(sum(x).item() / exact - 1) <= 2 * kUlp);
  CHECK(std::fabs(mean(x).item() / (exact / 1e6) - 1) <= 2 * kUlp);
  CHECK(std::fabs(at(cumsum(x, 0), -1) / exact - 1) <= 4 * kUlp);
  CHECK(std::fabs(sum(full({1 << 25}, 1)).item() - (1 << 25)) == 0);  // a running float32 sum stops at 2^24
  const Tensor rows = reshape(x, {1000, 1000});
  for (int64_t dim : {0, 1}) {
    const Tensor wrong = abs(sum(rows, dim).to(float64) / sum(rows.to(float64), dim) - 1);
    CHECK(max(wrong).item() <= 2 * kUlp);
  }
}

TEST_CASE("the variance of numbers far from 0 is right in float32") {
  Generator g{2, 0};
  const Tensor x = randn({10000}, {}, &g) + 10000;
  CHECK(var(x, 0).item() == Approx(var(x.to(float64), 0).item()).epsilon(1e-5));
  const Tensor y = layer_norm(reshape(x, {10, 1000}), {1000});
  CHECK(std::fabs(mean(y).item()) < 1e-4);
  CHECK(var(y, {}).item() == Approx(1).epsilon(1e-3));
}

TEST_CASE("exponentials that would overflow or vanish") {
  const Tensor x = tensor({1000.0, 1001.0, -1000.0});
  CHECK(at(softmax(x, 0), 1) == Approx(1 / (1 + std::exp(-1.0))));
  CHECK(at(softmax(x, 0), 2) == 0);
  CHECK(at(log_softmax(x, 0), 2) == Approx(-2001 - std::log1p(std::exp(-1.0))));
  CHECK(logsumexp(x, 0).item() == Approx(1001 + std::log1p(std::exp(-1.0))));
  CHECK(sigmoid(tensor({-1000.0, 1000.0})).to_vector<double>() == Doubles{0, 1});
  CHECK(at(sigmoid(f64({-700})), 0) == Approx(std::exp(-700.0)));
  CHECK(softplus(tensor({1000.0, -1000.0})).to_vector<double>() == Doubles{1000, 0});
  CHECK(at(softplus(f64({-40})), 0) == Approx(std::exp(-40.0)));
  CHECK(at(log1p(f64({1e-12})), 0) == Approx(1e-12));
  CHECK(tanh(tensor({-100.0, 100.0})).to_vector<double>() == Doubles{-1, 1});
  CHECK(gelu(tensor({-100.0, 100.0})).to_vector<double>() == Doubles{0, 100});
  const Tensor logits = tensor({-200.0, 200.0});
  CHECK(binary_cross_entropy_with_logits(logits, tensor({0.0, 1.0}), Reduction::none).to_vector<double>() ==
        Doubles{0, 0});
  CHECK(binary_cross_entropy_with_logits(logits, tensor({1.0, 0.0}), Reduction::none).to_vector<double>() ==
        Doubles{200, 200});
  CHECK(cross_entropy(tensor({{1000.0, 0.0}}), tensor({1})).item() == 1000);
}

TEST_CASE("gradients of exponentials that would overflow stay finite") {
  Tensor x = tensor({1000.0, -1000.0, 0.0}, {.requires_grad = true});
  (sum(sigmoid(x)) + sum(softplus(x)) + sum(tanh(x)) + sum(gelu(x)) + logsumexp(x, 0) + sum(square(softmax(x, 0))))
      .backward();
  for (double g : x.grad().to_vector<double>()) CHECK(std::isfinite(g));
}

TEST_CASE("rows of -inf, as masks make them") {
  const Tensor x = tensor({{-INFINITY, -INFINITY}, {-INFINITY, 3.0f}});
  CHECK(softmax(x, 1).to_vector<double>() == Doubles{0, 0, 0, 1});
  CHECK(logsumexp(x, 1).to_vector<double>() == Doubles{-INFINITY, 3});
  CHECK(logsumexp(tensor({INFINITY, 0.0f}), 0).item() == INFINITY);
  CHECK(max(x).item() == 3);
}

TEST_CASE("a loss in which nothing counts is 0 with zero gradients") {
  Tensor logits = randn({3, 4}, {.requires_grad = true});
  const Tensor ignored = full({3}, -100, {.dtype = int64});
  for (double smoothing : {0.0, 0.1}) {
    logits.zero_grad();
    const Tensor loss = cross_entropy(logits, ignored, {}, -100, Reduction::mean, smoothing);
    CHECK(loss.item() == 0);
    loss.backward();
    CHECK(logits.grad().to_vector<double>() == Doubles(12, 0));
  }
  CHECK(nll_loss(log_softmax(logits, 1), ignored).item() == 0);
  // A class weight of 0 for every label that occurs.
  CHECK(cross_entropy(logits, zeros({3}, {.dtype = int64}), tensor({0.0, 1.0, 1.0, 1.0})).item() == 0);
  // An ignored row may hold anything.
  const Tensor wild = tensor({{0.0, 0.0}, {-INFINITY, 5.0f}}), target = tensor({1, -100});
  CHECK(cross_entropy(wild, target).item() == Approx(std::log(2.0)));
}

TEST_CASE("NaN is passed on, not lost") {
  const Tensor x = tensor({1.0f, NAN, -2.0f});
  CHECK(std::isnan(sum(x).item()));
  CHECK(std::isnan(max(x).item()));
  CHECK(std::isnan(min(x).item()));
  CHECK(argmax(x, 0).item() == 1);
  CHECK(std::isnan(at(relu(x), 1)));
  CHECK(std::isnan(at(maximum(x, zeros({3})), 1)));
  CHECK(std::isnan(at(minimum(zeros({3}), x), 1)));
  CHECK(std::isnan(at(clamp(x, -1, 1), 1)));
  CHECK(std::isnan(at(softmax(x, 0), 0)));
  CHECK(isnan(x).to_vector<bool>() == std::vector<bool>{false, true, false});
  CHECK(argsort(x, 0).to_vector<int64_t>() == std::vector<int64_t>{2, 0, 1});  // NaN counts as largest
  CHECK(argsort(x, 0, true).to_vector<int64_t>() == std::vector<int64_t>{1, 0, 2});
  CHECK(!equal(x, x));
  CHECK(!allclose(x, x));
}

TEST_CASE("division by zero, roots and logarithms outside their range follow IEEE") {
  CHECK((f64({1, -1}) / f64({0, 0})).to_vector<double>() == Doubles{INFINITY, -INFINITY});
  CHECK(std::isnan(at(f64({0}) / f64({0}), 0)));
  CHECK(at(log(f64({0})), 0) == -INFINITY);
  CHECK(std::isnan(at(log(f64({-1})), 0)));
  CHECK(std::isnan(at(sqrt(f64({-1})), 0)));
  CHECK(at(rsqrt(f64({0})), 0) == INFINITY);
  CHECK(pow(f64({0, 2, -2}), f64({0, -1, 3})).to_vector<double>() == Doubles{1, 0.5, -8});
  CHECK(allclose(tensor({INFINITY}), tensor({INFINITY})));
  CHECK(!allclose(tensor({INFINITY}), tensor({-INFINITY})));
  CHECK(!allclose(tensor({1.0}), tensor({INFINITY})));
}

TEST_CASE("ties and int64 beyond float64's whole numbers") {
  const int64_t big = (int64_t{1} << 53) + 1;
  const Tensor x = tensor(std::vector<int64_t>{big, big - 1});
  CHECK((x + 2).to_vector<int64_t>() == std::vector<int64_t>{big + 2, big + 1});

  const Tensor y = tensor(std::vector<int64_t>{big, big - 1, big});
  CHECK(max(y, 0).second.item() == 0);
  CHECK(max(y).to_vector<int64_t>()[0] == big);
  CHECK(eq(y, y).to_vector<bool>() == std::vector<bool>{true, true, true});
  CHECK(lt(narrow(y, 0, 1, 1), narrow(y, 0, 0, 1)).to_vector<bool>() == std::vector<bool>{true});
  CHECK(sum(y).to_vector<int64_t>()[0] == 3 * big - 1);
}
