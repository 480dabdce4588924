#include "lemma/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "optim/checks.h"

namespace lemma::optim {

// All rates are computed and checked before the first is written, into memory that is there from the start: a step
// that has changed the weights must not fail here.
void Scheduler::apply(int64_t step) {
  rates_.resize(optimizer_.groups().size());
  for (size_t i = 0; i < rates_.size(); ++i) {
    rates_[i] = lr_at(optimizer_.groups()[i].initial_lr, step);
    if (!is_not_negative(rates_[i]))  // the words ask for memory
      check_not_negative("Scheduler", fmt::format("the learning rate of step {}", step).c_str(), rates_[i]);
  }
  for (size_t i = 0; i < rates_.size(); ++i) optimizer_.groups()[i].lr = rates_[i];
  step_ = step;
}

void Scheduler::step() { apply(step_ + 1); }

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
                  it->second.item<int64_t>() >= 0 && it->second.item<int64_t>() < std::numeric_limits<int64_t>::max();
  if (!ok)
    throw ValueError("Scheduler.load_state_dict",
                     "'last_step' is missing or not one int64 of 0 or more, below 2^63 - 1");
  apply(it->second.item<int64_t>());
}

namespace {

double ratio(int64_t a, int64_t b) { return static_cast<double>(a) / static_cast<double>(b); }

// From `from` at part 0 to `to` at part 1.
double half_cosine(double from, double to, double part) {
  return to + (from - to) * (1 + std::cos(std::numbers::pi * part)) / 2;
}

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

std::function<double(int64_t)> milestone_steps(std::vector<int64_t> milestones, double gamma) {
  std::sort(milestones.begin(), milestones.end());
  return [=](int64_t t) {
    return std::pow(gamma, std::upper_bound(milestones.begin(), milestones.end(), t) - milestones.begin());
  };
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
  apply(0);
}

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor, int64_t total_iters)
    : LambdaLR(optimizer, linear(start_factor, end_factor, total_iters)) {}

StepLR::StepLR(Optimizer& optimizer, int64_t step_size, double gamma) : LambdaLR(optimizer, steps(step_size, gamma)) {}

MultiStepLR::MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma)
    : LambdaLR(optimizer, milestone_steps(std::move(milestones), gamma)) {}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma)
    : LambdaLR(optimizer, [=](int64_t t) { return std::pow(gamma, static_cast<double>(t)); }) {}

WarmupLinearLR::WarmupLinearLR(Optimizer& optimizer, int64_t warmup_steps, int64_t total_steps)
    : LambdaLR(optimizer, warmup_linear(warmup_steps, total_steps)) {}

WarmupInverseSqrtLR::WarmupInverseSqrtLR(Optimizer& optimizer, int64_t warmup_steps)
    : LambdaLR(optimizer, warmup_inverse_sqrt(warmup_steps)) {}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t t_max, double eta_min)
    : Scheduler(optimizer), t_max_(t_max), eta_min_(eta_min) {
  check_steps("CosineAnnealingLR", "t_max", t_max);
  apply(0);
}

double CosineAnnealingLR::lr_at(double initial_lr, int64_t step) const {
  return half_cosine(initial_lr, eta_min_, ratio(step, t_max_));
}

CosineAnnealingWarmRestarts::CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t t_0, int64_t t_mult,
                                                         double eta_min)
    : Scheduler(optimizer), t_0_(t_0), t_mult_(t_mult), eta_min_(eta_min) {
  check_steps("CosineAnnealingWarmRestarts", "t_0", t_0);
  check_steps("CosineAnnealingWarmRestarts", "t_mult", t_mult);
  apply(0);
}

double CosineAnnealingWarmRestarts::lr_at(double initial_lr, int64_t step) const {
  int64_t length = t_0_, at = t_mult_ == 1 ? step % t_0_ : step;
  while (at >= length) at -= length, length *= t_mult_;
  return half_cosine(initial_lr, eta_min_, ratio(at, length));
}

OneCycleLR::OneCycleLR(Optimizer& optimizer, double max_lr, int64_t total_steps, const OneCycleOptions& options)
    : Scheduler(optimizer), max_lr_(max_lr), total_steps_(total_steps), options_(options) {
  check_not_negative("OneCycleLR", "max_lr", max_lr);
  check_steps("OneCycleLR", "total_steps", total_steps);
  require("OneCycleLR", options.pct_start >= 0 && options.pct_start <= 1, "pct_start", options.pct_start, "in [0, 1]");
  require("OneCycleLR", options.div_factor > 0, "div_factor", options.div_factor, "above 0");
  require("OneCycleLR", options.final_div_factor > 0, "final_div_factor", options.final_div_factor, "above 0");
  apply(0);
}

double OneCycleLR::lr_at(double, int64_t step) const {
  if (step > total_steps_)
    throw ValueError("OneCycleLR", fmt::format("step {} is beyond the {} steps of the cycle", step, total_steps_));
  const double first = max_lr_ / options_.div_factor, last = first / options_.final_div_factor;
  // A loop that ends with step() asks for one rate after the last, which no step uses.
  const double end = static_cast<double>(total_steps_ - 1), t = std::min(static_cast<double>(step), std::max(end, 0.0));
  const double top = options_.pct_start * static_cast<double>(total_steps_) - 1;  // where max_lr is reached
  const auto between = [&](double from, double to, double part) {
    return options_.linear ? from + (to - from) * part : half_cosine(from, to, part);
  };
  if (t <= top) return between(first, max_lr_, top > 0 ? t / top : 1);
  return between(max_lr_, last, end > top ? (t - top) / (end - top) : 1);
}

}  // namespace lemma::optim
