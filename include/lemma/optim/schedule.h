#pragma once
/// Schedules: the learning rate as a function of the step. Call step() after each optimiser step.
///
/// lr(t) = initial_lr * factor(t), with t = 0 for the first optimiser step; every group keeps its own initial_lr.

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "lemma/optim/optimizer.h"

namespace lemma::optim {

class Scheduler {
 public:
  virtual ~Scheduler() = default;
  /// Goes to the next step and writes the groups' lr.
  void step();
  /// The learning rate of each group for the coming optimiser step.
  std::vector<double> get_last_lr() const;
  int64_t last_step() const { return step_; }

  std::vector<std::pair<std::string, Tensor>> state_dict() const;  ///< the number of the step, "last_step"
  /// Throws ValueError unless it has a "last_step", one int64 of 0 or more.
  void load_state_dict(const std::vector<std::pair<std::string, Tensor>>& state);

 protected:
  /// The optimiser must outlive the schedule.
  explicit Scheduler(Optimizer& optimizer) : optimizer_(optimizer) {}
  virtual double lr_at(double initial_lr, int64_t step) const = 0;
  /// Writes the lr of the groups for this step; derived classes end their constructors with apply(0). Throws
  /// ValueError, and writes none, for a rate that is negative or not finite.
  void apply(int64_t step);

 private:
  Optimizer& optimizer_;
  int64_t step_ = 0;
  std::vector<double> rates_;  // of the step that apply() goes to
};

/// factor(t) = the user's function.
class LambdaLR : public Scheduler {
 public:
  LambdaLR(Optimizer& optimizer, std::function<double(int64_t)> factor);

 private:
  double lr_at(double initial_lr, int64_t step) const override { return initial_lr * factor_(step); }
  std::function<double(int64_t)> factor_;
};

/// factor(t) goes from start_factor to end_factor in a straight line over total_iters steps, then stays constant.
class LinearLR : public LambdaLR {
 public:
  explicit LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1,
                    int64_t total_iters = 5);
};

/// factor(t) = gamma^floor(t / step_size).
class StepLR : public LambdaLR {
 public:
  StepLR(Optimizer& optimizer, int64_t step_size, double gamma = 0.1);
};

/// factor(t) = gamma^(number of milestones that are at most t).
class MultiStepLR : public LambdaLR {
 public:
  MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma = 0.1);
};

/// factor(t) = gamma^t.
class ExponentialLR : public LambdaLR {
 public:
  ExponentialLR(Optimizer& optimizer, double gamma);
};

/// lr(t) = eta_min + (initial_lr - eta_min) (1 + cos(pi t / t_max)) / 2.  Loshchilov & Hutter, "SGDR", 2017.
class CosineAnnealingLR : public Scheduler {
 public:
  CosineAnnealingLR(Optimizer& optimizer, int64_t t_max, double eta_min = 0);

 private:
  double lr_at(double initial_lr, int64_t step) const override;
  int64_t t_max_;
  double eta_min_;
};

/// The same with restarts: the first cycle takes t_0 steps, each later one t_mult times as many as the one before.
class CosineAnnealingWarmRestarts : public Scheduler {
 public:
  CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t t_0, int64_t t_mult = 1, double eta_min = 0);

 private:
  double lr_at(double initial_lr, int64_t step) const override;
  int64_t t_0_, t_mult_;
  double eta_min_;
};

struct OneCycleOptions {
  double pct_start = 0.3;  ///< the fraction of the steps in which the rate rises
  double div_factor = 25;
  double final_div_factor = 1e4;
  bool linear = false;  ///< straight lines in place of half a cosine
};

/// From max_lr / div_factor up to max_lr, then down to max_lr / div_factor / final_div_factor at step total_steps - 1.
/// All groups have this rate. PyTorch's OneCycleLR with cycle_momentum = False. Smith & Topin, "Super-convergence",
/// 2018.
class OneCycleLR : public Scheduler {
 public:
  /// step() throws ValueError when it is called more than total_steps times.
  OneCycleLR(Optimizer& optimizer, double max_lr, int64_t total_steps, const OneCycleOptions& options = {});

 private:
  double lr_at(double initial_lr, int64_t step) const override;
  double max_lr_;
  int64_t total_steps_;
  OneCycleOptions options_;
};

/// Rises as (t + 1) / warmup_steps to 1, then falls in a straight line to 0 at total_steps.
class WarmupLinearLR : public LambdaLR {
 public:
  WarmupLinearLR(Optimizer& optimizer, int64_t warmup_steps, int64_t total_steps);
};

/// Rises as (t + 1) / warmup_steps to 1, then falls as sqrt(warmup_steps / (t + 1)): the rule of "Attention is all you
/// need", scaled so that its peak is the optimiser's lr.
class WarmupInverseSqrtLR : public LambdaLR {
 public:
  WarmupInverseSqrtLR(Optimizer& optimizer, int64_t warmup_steps);
};

}  // namespace lemma::optim
