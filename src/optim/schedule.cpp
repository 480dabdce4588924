#include "lemma/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "optim/checks.h"

namespace lemma::optim {

void Scheduler::apply() {
  for (Group& group : optimizer_.groups()) group.lr = lr_at(group.initial_lr, step_);
}

void Scheduler::step() {
  ++step_;
  apply();
}

std::vector<double> Scheduler::get_last_lr() const {
  std::vector<double> rates;
  for (const Group& group : optimizer_.groups()) rates.push_back(group.lr);
  return rates;
}

std::vector<std::pair<std::string, Tensor>> Scheduler::state_dict() const { return {{"last_step", tensor(step_)}}; }

void Scheduler::load_state_dict(const std::vector<std::pair<std::string, Tensor>>& state) {
  const auto it =
      std::find_if(state.begin(), state.end(), [](const auto& entry) { return entry.first == "last_step"; });
  const bool ok = it != state.end() && it->second.defined() && it->second.dtype() == int64 && it->second.numel() == 1 &&
                  it->second.item() >= 0;
  if (!ok) throw ValueError("Scheduler.load_state_dict", "'last_step' is missing or not one int64 of 0 or more");
  step_ = static_cast<int64_t>(it->second.item());
  apply();
}

namespace {

double ratio(int64_t a, int64_t b) { return static_cast<double>(a) / static_cast<double>(b); }

void check_steps(const char* where, const char* what, int64_t value) {
  require(where, value >= 1, what, static_cast<double>(value), "1 or more");
}

// Each of these checks its values before the first rate is written, then returns factor(t).

std::function<double(int64_t)> linear(double start_factor, double end_factor, int64_t total_iters) {
  check_steps("LinearLR", "total_iters", total_iters);
  return [=](int64_t t) {
    return start_factor + (end_factor - start_factor) * ratio(std::min(t, total_iters), total_iters);
  };
}

std::function<double(int64_t)> steps(int64_t step_size, double gamma) {
  check_steps("StepLR", "step_size", step_size);
  return [=](int64_t t) { return std::pow(gamma, static_cast<double>(t / step_size)); };
}

std::function<double(int64_t)> warmup_linear(int64_t warmup, int64_t total) {
  if (warmup < 0 || total <= warmup)
    throw ValueError(
        "WarmupLinearLR",
        fmt::format("warmup_steps is {} and total_steps {}; expected 0 <= warmup_steps < total_steps", warmup, total));
  return [=](int64_t t) {
    if (t < warmup) return ratio(t + 1, warmup);
    return t < total ? ratio(total - t, total - warmup) : 0.0;
  };
}

std::function<double(int64_t)> warmup_inverse_sqrt(int64_t warmup) {
  check_steps("WarmupInverseSqrtLR", "warmup_steps", warmup);
  return [=](int64_t t) { return t < warmup ? ratio(t + 1, warmup) : std::sqrt(ratio(warmup, t + 1)); };
}

}  // namespace

LambdaLR::LambdaLR(Optimizer& optimizer, std::function<double(int64_t)> factor)
    : Scheduler(optimizer), factor_(std::move(factor)) {
  if (!factor_) throw ValueError("LambdaLR", "the function is empty");
  apply();
}

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor, int64_t total_iters)
    : LambdaLR(optimizer, linear(start_factor, end_factor, total_iters)) {}

StepLR::StepLR(Optimizer& optimizer, int64_t step_size, double gamma) : LambdaLR(optimizer, steps(step_size, gamma)) {}

WarmupLinearLR::WarmupLinearLR(Optimizer& optimizer, int64_t warmup_steps, int64_t total_steps)
    : LambdaLR(optimizer, warmup_linear(warmup_steps, total_steps)) {}

WarmupInverseSqrtLR::WarmupInverseSqrtLR(Optimizer& optimizer, int64_t warmup_steps)
    : LambdaLR(optimizer, warmup_inverse_sqrt(warmup_steps)) {}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t t_max, double eta_min)
    : Scheduler(optimizer), t_max_(t_max), eta_min_(eta_min) {
  check_steps("CosineAnnealingLR", "t_max", t_max);
  apply();
}

double CosineAnnealingLR::lr_at(double initial_lr, int64_t step) const {
  return eta_min_ + (initial_lr - eta_min_) * (1 + std::cos(std::numbers::pi * ratio(step, t_max_))) / 2;
}

}  // namespace lemma::optim
