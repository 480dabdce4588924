// Numbers and arguments at the edges: the right value, or an error that names what is wrong.
#include <cmath>
#include <limits>

#include "lemma/lemma.h"
#include "tests/catch.h"

using namespace lemma;

TEST_CASE("the variance of numbers with a large mean loses nothing") {
  const Tensor x = tensor({1e8, 1e8 + 8});
  CHECK(var(x, {0}).item() == 32);
  CHECK(lemma::std(x, {0}).item() == Approx(std::sqrt(32.0)).epsilon(1e-6));
  CHECK(var_mean(x, {0}).first.item() == 32);
  std::vector<double> many;
  for (int i = 0; i < 1000; ++i) many.push_back(1e7 + i % 3);
  const Tensor exact = tensor(many, {.dtype = float64}), rounded = exact.to(float32);
  CHECK(var(rounded, {0}).item() == Approx(var(rounded.to(float64), {0}).item()).epsilon(1e-5));
}

TEST_CASE("rounding to more decimals than a number has leaves it as it is") {
  for (const int64_t decimals : {38, 39, 400, 500}) {
    CAPTURE(decimals);
    CHECK(round(tensor({0.123, 5.0, -0.0}), decimals).to_vector<double>() ==
          tensor({0.123, 5.0, -0.0}).to_vector<double>());
  }
  CHECK(round(tensor({3e38}), 1).item() == tensor({3e38}).item());
  CHECK(round(tensor({0.123}, {.dtype = float64}), 309).item() == 0.123);
  CHECK(round(tensor({std::numeric_limits<double>::infinity()}), 2).item() == std::numeric_limits<double>::infinity());
  Tensor x = tensor({1e30, 0.126}, {.requires_grad = true});
  round(x, 20).sum().backward();
  CHECK(x.grad().to_vector<double>() == std::vector<double>{0, 0});
}

TEST_CASE("einsum refuses a diagonal of unequal sizes, as PyTorch does") {
  CHECK_THROWS_WITH(einsum("ii", {ones({3, 1})}),
                    Catch::Contains("'i' is 3 in one place and 1 in another of operand 0 of shape (3, 1)"));
  CHECK_THROWS_WITH(einsum("iji->j", {ones({1, 2, 3})}), Catch::Contains("'i' is 1 in one place and 3 in another"));
  CHECK(einsum("ii", {eye(3)}).item() == 3);
}

TEST_CASE("trunc_normal_ draws near the mean, however far its bounds are") {
  Generator chance{.seed = 4};
  Tensor x = zeros({2000}, {.dtype = float64});
  nn::init::trunc_normal_(x, 0, 1, 9, 10, &chance);
  CHECK(x.min().item() >= 9);
  CHECK(x.mean().item() == Approx(9.1085).epsilon(2e-3));  // 9 + 1/9 - 2/9^3: phi(9) / Phi(-9)
  nn::init::trunc_normal_(x, 100, 1, -2, 2, &chance);
  CHECK(x.max().item() <= 2);
  CHECK(x.mean().item() == Approx(2 - 1 / 98.0).epsilon(1e-3));
  nn::init::trunc_normal_(x, -100, 1, -2, 2, &chance);
  CHECK(x.mean().item() == Approx(-2 + 1 / 98.0).epsilon(1e-3));
}

TEST_CASE("arguments without a meaning are refused by name") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(apply(nullptr, {ones({2})}),
                    "[apply] the function is null; expected a Function, such as std::make_shared<Mine>()");
  const Tensor x = ones({2}, {.dtype = float64, .requires_grad = true});
  const auto twice = [](const std::vector<Tensor>& in) { return in[0] * 2; };
  CHECK_THROWS_WITH(gradcheck(twice, {x}, {.eps = 0}), "[gradcheck] eps is 0; expected a step above 0");
  CHECK_THROWS_WITH(gradcheck(twice, {x}, {.eps = nan}), "[gradcheck] eps is nan; expected a step above 0");
  CHECK_THROWS_WITH(layer_norm(ones({2, 3}), {3}, {}, {}, -1), "[layer_norm] eps is -1; it must be 0 or more");
  CHECK_THROWS_WITH(rms_norm(ones({2, 3}), {3}, {}, nan), "[rms_norm] eps is nan; it must be 0 or more");
  Tensor w = zeros({2, 2});
  CHECK_THROWS_WITH(nn::init::uniform_(w, 1, 0), "[uniform_] low is 1, high is 0; low must not be above high");
  CHECK_THROWS_WITH(nn::init::normal_(w, 0, -1), "[normal_] std is -1; it must be 0 or more");
  CHECK_THROWS_WITH(nn::init::xavier_uniform_(w, nan), Catch::Contains("low must not be above high"));
  CHECK_THROWS_WITH(Generator{}.below(0), "[Generator.below] bound is 0; expected 1 or more");
  CHECK_THROWS_WITH(optim::SGD({w.clone().requires_grad_()}, {.lr = 0.1, .dampening = nan}),
                    "[SGD] dampening is nan; it must be a finite number");
  CHECK_THROWS_WITH(text::Bpe::train("a", {.min_count = 0}), "[Bpe] min_count is 0; expected 1 or more");
  CHECK_THROWS_WITH(text::Bpe::train("a", {.special = {"x", "x"}}),
                    "[Bpe] the special token 'x' is there twice; expected different names in UTF-8");
  CHECK_THROWS_WITH(text::Bpe::train("a", {.special = {"\xff"}}),
                    "[Bpe] the special token '\\xff' is no name; expected different names in UTF-8");
}

TEST_CASE("a schedule does not go on from the last step that there is") {
  const Tensor w = zeros({1}, {.requires_grad = true});
  optim::SGD sgd({w}, {.lr = 0.1});
  optim::StepLR schedule(sgd, 2, 0.5);
  CHECK_THROWS_WITH(schedule.load_state_dict({{"last_step", tensor(std::numeric_limits<int64_t>::max())}}),
                    "[Scheduler.load_state_dict] 'last_step' is missing or not one int64 of 0 or more, below 2^63 - 1");
}
