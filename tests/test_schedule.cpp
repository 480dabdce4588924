// Schedules against PyTorch over 40 steps, and those that PyTorch does not have against their formulas.
#include "tests/golden.h"

using namespace lemma;

namespace {

struct Fixture {
  Tensor p = zeros({1}).requires_grad_();
  optim::SGD sgd{{p}, {.lr = 0.8}};
};

// The learning rates of the first `count` steps.
std::vector<double> rates(optim::Scheduler& schedule, int count) {
  std::vector<double> found;
  for (int t = 0; t < count; ++t) {
    found.push_back(schedule.get_last_lr().at(0));
    schedule.step();
  }
  return found;
}

void check(optim::Scheduler& schedule, const std::string& name) {
  CAPTURE(name);
  const golden::Golden g("optim");
  CHECK(golden::error(tensor(rates(schedule, 40), {.dtype = float64}), g["schedule." + name]) < 1e-10);
}

}  // namespace

TEST_CASE("LambdaLR with the guide's rule, LinearLR, StepLR and CosineAnnealingLR equal PyTorch's") {
  Fixture a, b, c, d;
  optim::LambdaLR lambda(a.sgd, guide::lr_lambda(10));
  optim::LinearLR linear(b.sgd, 0.25, 0.5, 12);
  optim::StepLR step(c.sgd, 7, 0.3);
  optim::CosineAnnealingLR cosine(d.sgd, 30, 0.01);
  check(lambda, "lambda");
  check(linear, "linear");
  check(step, "step");
  check(cosine, "cosine");
}

TEST_CASE("Warm-up rises in even parts to the optimiser's rate, then falls linearly or as the inverse root") {
  Fixture a, b;
  optim::WarmupLinearLR linear(a.sgd, 4, 8);
  const std::vector<double> expected = {0.2, 0.4, 0.6, 0.8, 0.8, 0.6, 0.4, 0.2, 0, 0};
  const std::vector<double> got = rates(linear, 10);
  for (size_t t = 0; t < 10; ++t) CHECK(got[t] == Approx(expected[t]).margin(1e-12));
  optim::WarmupInverseSqrtLR root(b.sgd, 4);
  const std::vector<double> values = rates(root, 16);
  CHECK(values[0] == Approx(0.2));
  CHECK(values[3] == Approx(0.8));
  CHECK(values[15] == Approx(0.4));
}

TEST_CASE("Every group keeps its own rate under a schedule") {
  const Tensor p = zeros({1}).requires_grad_(), q = zeros({1}).requires_grad_();
  optim::SGD sgd({{.params = {p}}, {.params = {q}, .lr = 0.2}}, {.lr = 0.1});
  optim::StepLR schedule(sgd, 1, 0.5);
  CHECK(schedule.get_last_lr() == std::vector<double>{0.1, 0.2});
  schedule.step();
  CHECK(schedule.get_last_lr() == std::vector<double>{0.05, 0.1});
}

TEST_CASE("A schedule's state resumes it") {
  Fixture a, b;
  optim::WarmupInverseSqrtLR first(a.sgd, 5), second(b.sgd, 5);
  for (int t = 0; t < 9; ++t) first.step();
  second.load_state_dict(first.state_dict());
  CHECK(second.last_step() == 9);
  CHECK(second.get_last_lr() == first.get_last_lr());
  CHECK_THROWS_WITH(second.load_state_dict({}),
                    "[Scheduler.load_state_dict] 'last_step' is missing or not one int64 of 0 or more");
}

TEST_CASE("Schedules refuse what makes no sense, and leave the rate alone") {
  Fixture a;
  CHECK_THROWS_WITH(optim::LinearLR(a.sgd, 0.1, 1, 0), "[LinearLR] total_iters is 0; it must be 1 or more");
  CHECK_THROWS_WITH(optim::StepLR(a.sgd, 0), "[StepLR] step_size is 0; it must be 1 or more");
  CHECK_THROWS_WITH(optim::CosineAnnealingLR(a.sgd, -2), "[CosineAnnealingLR] t_max is -2; it must be 1 or more");
  CHECK_THROWS_WITH(optim::WarmupInverseSqrtLR(a.sgd, 0),
                    "[WarmupInverseSqrtLR] warmup_steps is 0; it must be 1 or more");
  CHECK_THROWS_WITH(optim::WarmupLinearLR(a.sgd, 9, 9),
                    "[WarmupLinearLR] warmup_steps is 9 and total_steps 9; expected 0 <= warmup_steps < total_steps");
  CHECK_THROWS_WITH(optim::LambdaLR(a.sgd, nullptr), "[LambdaLR] the function is empty");
  CHECK(a.sgd.groups()[0].lr == 0.8);
}
