// Gradients where a formula has a corner, an infinity or a NaN on the way, though the function has none.
#include <cmath>
#include <thread>

#include "lemma/autograd.h"
#include "lemma/nn/linear.h"
#include "lemma/ops.h"
#include "lemma/random.h"
#include "tests/cuda_helpers.h"

using namespace lemma;

namespace {
std::vector<float> gradient(const Tensor& at, const std::function<Tensor(const Tensor&)>& f) {
  const Tensor x = at.detach().clone().requires_grad_();
  f(x).sum().backward();
  return x.grad().to_vector<float>();
}
using Floats = std::vector<float>;
}  // namespace

TEST_CASE("smooth functions have their gradient at 0") {
  const Tensor zero = zeros({1}), three = zeros({3});
  const Tensor target = tensor({0.0, 0.5, 1.0});
  CHECK(gradient(three, [&](const Tensor& x) { return binary_cross_entropy_with_logits(x, target, Reduction::sum); }) ==
        Floats{0.5f, 0, -0.5f});
  CHECK(gradient(zero, softplus) == Floats{0.5f});
  CHECK(gradient(zero, log_sigmoid) == Floats{0.5f});
  CHECK(gradient(zero, silu) == Floats{0.5f});
  CHECK(gradient(zero, gelu) == Floats{0.5f});
  CHECK(gradient(zero, mish)[0] == Approx(0.6));
  CHECK(gradient(zero, hardswish) == Floats{0.5f});
  CHECK(gradient(zero, [](const Tensor& x) { return elu(x); }) == Floats{1});
  CHECK(gradient(zero, [](const Tensor& x) { return celu(x, 2); }) == Floats{1});
  CHECK(gradient(zero, [](const Tensor& x) { return logaddexp(x, zeros({1})); }) == Floats{0.5f});
}

TEST_CASE("the cross entropy of logits keeps its precision far out") {
  const Tensor far = tensor({20.0, -20.0, 200.0, -200.0}, {.dtype = float64}),
               y = tensor({1.0, 0.0, 1.0, 0.0}, {.dtype = float64});
  const std::vector<double> loss = binary_cross_entropy_with_logits(far, y, Reduction::none).to_vector<double>();
  CHECK(loss[0] == Approx(std::log1p(std::exp(-20.0))).epsilon(1e-12));
  CHECK(loss[1] == Approx(std::log1p(std::exp(-20.0))).epsilon(1e-12));
  CHECK((loss[2] >= 0 && loss[2] < 1e-80 && loss[3] < 1e-80));
}

TEST_CASE("std and norm neither overflow nor vanish before their result does") {
  for (const double scale : {1e30, 1.0, 1e-30}) {
    const Tensor x = tensor({1.0, 2.0, 3.0}) * scale;
    CHECK(lemma::std(x, {0}).item() / scale == Approx(1));
    CHECK(norm(x).item() / scale == Approx(std::sqrt(14)));
    CHECK(gradient(x, [](const Tensor& t) { return norm(t); })[2] == Approx(3 / std::sqrt(14)));
    CHECK(gradient(x, [](const Tensor& t) { return lemma::std(t, {0}); })[0] == Approx(-0.5));
  }
  CHECK(gradient(full({4}, 3.0), [](const Tensor& t) { return lemma::std(t, {0}); }) == Floats{0, 0, 0, 0});
  CHECK(gradient(zeros({2}), [](const Tensor& t) { return norm(t); }) == Floats{0, 0});
  CHECK(std::isnan(norm(tensor({NAN, 1.0})).item()));
  CHECK(std::isinf(norm(tensor({INFINITY, 1.0})).item()));
  CHECK(gradcheck([](const std::vector<Tensor>& in) { return lemma::std(in[0], {1}); },
                  {randn({2, 5}, {.dtype = float64})}));
}

TEST_CASE("logsumexp and its gradient beside infinities") {
  const auto f = [](const Tensor& x) { return logsumexp(x, {0}); };
  CHECK(gradient(tensor({-INFINITY, 0.0}), f) == Floats{0, 1});
  CHECK(gradient(tensor({-INFINITY, -INFINITY}), f) == Floats{0, 0});
  CHECK(gradient(tensor({INFINITY, 0.0}), f) == Floats{1, 0});
  CHECK(gradient(tensor({INFINITY, INFINITY}), f) == Floats{0.5f, 0.5f});
  CHECK(f(tensor({-INFINITY, -INFINITY})).item() == -INFINITY);
  CHECK(f(tensor({INFINITY, -INFINITY})).item() == INFINITY);
  CHECK(f(tensor({1000.0, 1000.0})).item() == Approx(1000 + std::log(2)));
}

TEST_CASE("extremes send their gradient to the NaN that made them") {
  CHECK(gradient(tensor({NAN, 1.0, 2.0}), [](const Tensor& x) { return amax(x, {0}); }) == Floats{1, 0, 0});
  CHECK(gradient(tensor({1.0, NAN}), [](const Tensor& x) { return min(x); }) == Floats{0, 1});
  const Tensor other = tensor({0.0, NAN, 1.0, 5.0});
  CHECK(gradient(tensor({NAN, 1.0, 2.0, 3.0}), [&](const Tensor& x) { return maximum(x, other); }) ==
        Floats{1, 0, 1, 0});
  CHECK(gradient(tensor({NAN, 1.0, 2.0, 3.0}), [&](const Tensor& x) { return minimum(other, x); }) ==
        Floats{1, 0, 0, 1});
}

TEST_CASE("slopes that fade far below 0 keep their digits") {
  const Tensor low = tensor({-20.0f});
  const double slope = std::exp(-20.0);
  CHECK(gradient(low, lemma::expm1)[0] == Approx(slope));
  CHECK(gradient(low, [](const Tensor& x) { return elu(x, 1.5); })[0] == Approx(1.5 * slope));
  CHECK(gradient(low, [](const Tensor& x) { return celu(x, 2); })[0] == Approx(std::exp(-10.0)));
  CHECK(gradient(low, selu)[0] == Approx(1.0507009873554805 * 1.6732632423543772 * slope));
}

TEST_CASE("a quotient's gradients are finite where 1 / b is not, and 0 where the quotient is rounded") {
  const auto divisor = [](double a, const char* rounding) {
    const Tensor b = tensor({1e-42f, 0.0f, NAN, 2.0f}).requires_grad_();
    const Tensor top = full({1}, a).requires_grad_();
    sum(*rounding ? div(top, b, rounding) : top / b).backward();
    if (*rounding) CHECK(top.grad().item() == 0);
    return b.grad().to_vector<float>();
  };
  CHECK(divisor(0, "")[0] == 0);
  CHECK(divisor(3, "")[3] == -0.75f);
  for (const char* rounding : {"trunc", "floor"}) CHECK(divisor(3, rounding) == Floats{0, 0, 0, 0});
}

TEST_CASE("a number beside a product is taken in before the product overflows") {
  const Tensor x = zeros({1}), big = tensor({2e38f});
  CHECK(addcmul(x, tensor({4.0f}), big, 0.25).item() == 2e38f);
  CHECK(addcdiv(x, big, tensor({0.25f}), 0.25).item() == 2e38f);
}

TEST_CASE("a row whose squares overflow has no layer norm: NaN, not 0") {
  const Tensor y = layer_norm(tensor({{1e30f, 2e30f}, {1.0f, 3.0f}}), {2});
  CHECK(isnan(y).to_vector<bool>() == std::vector<bool>{true, true, false, false});
}

TEST_CASE("a power's gradient is finite where its value is") {
  CHECK(gradient(tensor({0.5}), [](const Tensor& x) { return pow(x, 100.0) * 1e38; })[0] ==
        Approx(100 * 1e38 * std::pow(0.5, 99)));
  CHECK(gradient(tensor({1e-30}), [](const Tensor& x) { return pow(x, -1.0) * 1e-38; })[0] == Approx(-1e22));
  CHECK(gradient(tensor({1e-30}), [](const Tensor& x) { return pow(x, tensor({-1.0})) * 1e-38; })[0] == Approx(-1e22));
  CHECK(gradient(tensor({0.0}), [](const Tensor& x) { return pow(x, 1.0); }) == Floats{1});
  CHECK(gradient(tensor({-2.0}), [](const Tensor& x) { return pow(x, 2.0); }) == Floats{-4});
}

TEST_CASE("class weights keep their sign, and weigh nothing only where nothing counts") {
  const Tensor log_probs = tensor({{-1.0, -2.0}}), first = tensor({0}), ignored = tensor({-100});
  CHECK(nll_loss(log_probs, first, tensor({-1.0, 1.0})).item() == Approx(1));
  CHECK(cross_entropy(tensor({{1.0, 2.0}}), first, tensor({-1.0, 1.0})).item() == Approx(1.3132617));
  CHECK(nll_loss(log_probs, first, tensor({0.0, 1.0})).item() == 0);
  CHECK(!std::isfinite(
      cross_entropy(tensor({{1.0, 2.0}}), first, tensor({0.0, 1.0}), -100, Reduction::mean, 0.1).item()));
  CHECK(nll_loss(log_probs, ignored, tensor({-1.0, 1.0})).item() == 0);
}

TEST_CASE("a hook that throws leaves no gradient, and one that writes changes its own alone") {
  Tensor a = ones({1}, {.requires_grad = true}), b = ones({1}, {.requires_grad = true});
  bool throws = true;
  b.register_hook([&](const Tensor&) -> Tensor {
    if (throws) throw Error("hook", "stop");
    return {};
  });
  const Tensor y = (a * 2 + b * 3).sum();
  CHECK_THROWS_AS(y.backward({}, true), Error);
  CHECK(!a.grad().defined());
  throws = false;
  y.backward();
  CHECK(a.grad().item() == 2);

  Tensor c = ones({1}, {.requires_grad = true}), d = ones({1}, {.requires_grad = true});
  c.register_hook([](const Tensor& g) -> Tensor {
    Tensor(g).mul_(10);
    return {};
  });
  (c + d).sum().backward();
  CHECK(c.grad().item() == 10);
  CHECK(d.grad().item() == 1);
}

TEST_CASE("an index that a pointer changed after the forward pass cannot make backward write outside") {
  const DefaultDevice home(Device::cpu());
  Tensor weight = ones({3, 2}, {.requires_grad = true}), line = ones({3}, {.requires_grad = true}),
         ids = tensor({0, 1});
  int64_t* kept = ids.mutable_data<int64_t>();
  const Tensor rows = embedding(weight, ids).sum(), picked = gather(line, 0, ids).sum();
  kept[0] = 1000000;
  CHECK_THROWS_AS(rows.backward(), IndexError);
  CHECK_THROWS_AS(picked.backward(), IndexError);
  CHECK(!weight.grad().defined());
}

TEST_CASE("a leaf that changed its dtype after the forward pass gets no gradient of the old one") {
  nn::Linear layer(2, 1);
  const Tensor y = layer(ones({1, 2})).sum();
  layer.to(float64);
  CHECK_THROWS_AS(y.backward(), GradError);
  CHECK(!layer.weight.grad().defined());
}

TEST_CASE("threads walk back into the same parameters, one after another") {
  const Tensor weight = ones({8, 8}, {.requires_grad = true});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) matmul(ones({1, 8}), weight).sum().backward();
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(all(weight.grad() == 200));
}
