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
                    "[Scheduler.load_state_dict] 'last_step' is missing or not one int64 of 0 or more, below 2^63 - 1");
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

TEST_CASE("MultiStepLR, ExponentialLR, warm restarts and one cycle equal PyTorch's numbers") {
  const auto check_rates = [](optim::Scheduler& schedule, const std::vector<double>& expected) {
    const std::vector<double> got = rates(schedule, static_cast<int>(expected.size()));
    for (size_t t = 0; t < expected.size(); ++t) CHECK(got[t] == Approx(expected[t]).epsilon(1e-12).margin(1e-15));
  };
  Fixture a, b, c, d, e, f;
  optim::MultiStepLR milestones(a.sgd, {9, 3, 5, 5}, 0.3);
  check_rates(milestones, {0.8, 0.8, 0.8, 0.24, 0.24, 0.0216, 0.0216, 0.0216, 0.0216, 0.00648, 0.00648});
  optim::ExponentialLR exponential(b.sgd, 0.7);
  check_rates(exponential, {0.8, 0.56, 0.392, 0.2744, 0.19208, 0.134456});
  optim::CosineAnnealingWarmRestarts longer(c.sgd, 3, 2, 0.01);
  check_rates(longer, {0.8, 0.6025, 0.2075, 0.8, 0.7470800344948534, 0.6025, 0.405, 0.2075, 0.06291996550514671, 0.8,
                       0.786540701384182, 0.7470800344948534});
  optim::CosineAnnealingWarmRestarts equal_rounds(d.sgd, 4);
  check_rates(equal_rounds, {0.8, 0.682842712474619, 0.4, 0.11715728752538102, 0.8, 0.682842712474619, 0.4,
                             0.11715728752538102, 0.8});
  optim::OneCycleLR cycle(e.sgd, 0.5, 10);
  check_rates(cycle, {0.02, 0.26, 0.5, 0.47524231600673683, 0.40587282697488153, 0.30563101096814466,
                      0.19437098903185537, 0.09412917302511849, 0.024759683993263143, 2e-06});
  CHECK_THROWS_WITH(cycle.step(), "[OneCycleLR] step 11 is beyond the 10 steps of the cycle");
  optim::OneCycleLR straight(f.sgd, 2, 7,
                             {.pct_start = 0.5, .div_factor = 10, .final_div_factor = 100, .linear = true});
  check_rates(straight, {0.2, 0.92, 1.64, 1.7145714285714286, 1.1437142857142857, 0.5728571428571427, 0.002});
}

TEST_CASE("ReduceLROnPlateau equals PyTorch's numbers: patience, cooldown, both modes and thresholds") {
  using optim::PlateauOptions;
  const std::vector<double> scores = {1.0,  0.9,  0.95, 0.92, 0.91, 0.9,  0.89995, 0.8,  0.85, 0.86,
                                      0.87, 0.88, 0.89, 0.9,  0.7,  0.71, 0.72,    0.73, 0.74, 0.75};
  const auto check_rates = [&](const PlateauOptions& options, const std::vector<double>& expected) {
    Fixture at;
    optim::ReduceLROnPlateau plateau(at.sgd, options);
    for (size_t i = 0; i < scores.size(); ++i) {
      plateau.step(scores[i]);
      CAPTURE(i);
      CHECK(at.sgd.lr() == Approx(expected[i]).epsilon(1e-12));
    }
    CHECK(plateau.get_last_lr().at(0) == at.sgd.lr());
  };
  check_rates({.factor = 0.5, .patience = 2},
              {0.8, 0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05});
  check_rates(
      {.factor = 0.5, .patience = 1, .cooldown = 2, .min_lr = 0.15},
      {0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.2, 0.15, 0.15, 0.15, 0.15, 0.15, 0.15, 0.15});
  check_rates({.mode = PlateauOptions::Mode::max,
               .factor = 0.1,
               .patience = 3,
               .threshold = 0.05,
               .threshold_mode = PlateauOptions::Threshold::abs},
              {0.8,   0.8,   0.8,    0.8,    0.08,   0.08,   0.08,    0.08,    0.008,   0.008,
               0.008, 0.008, 0.0008, 0.0008, 0.0008, 0.0008, 0.00008, 0.00008, 0.00008, 0.00008});
  check_rates(
      {.mode = PlateauOptions::Mode::max, .factor = 0.25, .patience = 2, .threshold = 0.01},
      {0.8,    0.8,    0.8,      0.2,      0.2,      0.2,        0.05,       0.05,       0.05,         0.0125,
       0.0125, 0.0125, 0.003125, 0.003125, 0.003125, 0.00078125, 0.00078125, 0.00078125, 0.0001953125, 0.0001953125});
}

TEST_CASE("A plateau goes on from its saved state, and the new schedules refuse what they cannot use") {
  Fixture a, b;
  optim::ReduceLROnPlateau first(a.sgd, {.patience = 1}), second(b.sgd, {.patience = 1});
  first.step(1), first.step(2);
  second.load_state_dict(first.state_dict());
  CHECK(second.best() == 1);
  CHECK(second.num_bad_epochs() == 1);
  first.step(2), second.step(2);
  CHECK(a.sgd.lr() == Approx(0.08));
  CHECK(b.sgd.lr() == a.sgd.lr());
  first.step(NAN);  // counts as no better than the best
  CHECK(first.num_bad_epochs() == 1);
  CHECK_THROWS_WITH(second.load_state_dict({{"best", tensor(1.0)}}),
                    "[ReduceLROnPlateau.load_state_dict] 'num_bad_epochs' is missing or not one number");

  CHECK_THROWS_WITH(optim::ReduceLROnPlateau(a.sgd, {.factor = 1}),
                    "[ReduceLROnPlateau] factor is 1; it must be in [0, 1)");
  CHECK_THROWS_WITH(optim::ReduceLROnPlateau(a.sgd, {.patience = -1}),
                    "[ReduceLROnPlateau] patience is -1; it must be 0 or more, and finite");
  CHECK_THROWS_WITH(optim::OneCycleLR(a.sgd, 0.1, 0), "[OneCycleLR] total_steps is 0; it must be 1 or more");
  CHECK_THROWS_WITH(optim::OneCycleLR(a.sgd, 0.1, 5, {.pct_start = 2}),
                    "[OneCycleLR] pct_start is 2; it must be in [0, 1]");
  CHECK_THROWS_WITH(optim::OneCycleLR(a.sgd, 0.1, 5, {.div_factor = 0}),
                    "[OneCycleLR] div_factor is 0; it must be above 0");
  CHECK_THROWS_WITH(optim::CosineAnnealingWarmRestarts(a.sgd, 0),
                    "[CosineAnnealingWarmRestarts] t_0 is 0; it must be 1 or more");
  CHECK_THROWS_WITH(optim::CosineAnnealingWarmRestarts(a.sgd, 1, 0),
                    "[CosineAnnealingWarmRestarts] t_mult is 0; it must be 1 or more");
}

TEST_CASE("a rate that is not a number, infinite or negative is refused before it reaches the weights") {
  Tensor w = ones({1}, {.requires_grad = true});
  optim::SGD sgd({w}, 0.1);
  for (const double bad : {std::nan(""), HUGE_VAL, -1.0}) {
    optim::LambdaLR schedule(sgd, [bad](int64_t step) { return step == 0 ? 1.0 : bad; });
    CHECK_THROWS_AS(schedule.step(), ValueError);
    CHECK(sgd.lr() == 0.1);
    sgd.groups()[0].lr = bad;
    w.set_grad(ones({1}));
    CHECK_THROWS_AS(sgd.step(), ValueError);
    CHECK(w.item() == 1);
    sgd.set_lr(0.1);
  }
}
