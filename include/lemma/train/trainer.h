#pragma once
/// Trainer: the steps of a run, and everything that another process needs to take the next one.

#include <cmath>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "lemma/io/safetensors.h"
#include "lemma/optim/adam.h"
#include "lemma/optim/grad_scaler.h"
#include "lemma/optim/schedule.h"
#include "lemma/random.h"
#include "lemma/train/options.h"
#include "lemma/train/task.h"
#include "lemma/train/weight_average.h"

namespace lemma::train {

struct StepResult {
  double loss = 0;
  double gradient_norm = 0;  ///< before clipping
  double lr = 0;
};

/// What the steps train on.
struct Lessons {
  /// The batches of an epoch, drawn from the generator; the same number in every epoch.
  std::function<Batches(Generator&)> draw;
  /// The loss of a batch, a scalar; with dropout while the module is in training mode.
  std::function<Tensor(std::span<const int64_t> rows)> loss;
};

/// One training step at a time. All randomness comes from default_generator(), so that (seed, data, options) fix every
/// bit of the weights, for any number of threads.
class Trainer {
 public:
  /// The module and what the lessons look at must outlive the trainer.
  Trainer(nn::Module& module, Lessons lessons, const TrainOptions& options);
  /// Trains a learner on its examples.
  Trainer(Learner& learner, const Examples& examples, const TrainOptions& options);

  /// The next batch: forward, backward, clip, AdamW, schedule, average. When the loss or a gradient is NaN or infinite,
  /// throws GradError naming the operation that made it. After any exception weights, optimiser, mean and random
  /// numbers are those from before the step. In float16 a gradient that overflows only skips the step, as long as a
  /// smaller scale can still help.
  StepResult step();
  /// The module's loss before any training, on the first batches, without dropout.
  double initial_loss();

  int64_t epoch() const { return epoch_; }  ///< complete epochs
  int64_t batch() const { return batch_; }  ///< steps done in this epoch
  int64_t batches() const { return static_cast<int64_t>(order_.size()); }
  int64_t steps() const { return steps_; }
  /// Of this epoch's steps; 0 before the first.
  double mean_loss() const { return batch_ == 0 ? 0 : loss_sum_ / static_cast<double>(batch_); }
  /// Of this epoch's steps, before clipping, without those that overflowed in float16; NaN where there is none.
  double mean_gradient_norm() const { return norms_ == 0 ? NAN : norm_sum_ / static_cast<double>(norms_); }
  double lr() const { return schedule_->get_last_lr()[0]; }  ///< of the next step
  int64_t last_batch_size() const { return static_cast<int64_t>(order_[static_cast<size_t>(batch_ - 1)].size()); }
  int64_t warmup() const { return warmup_; }       ///< steps
  const Batches& order() const { return order_; }  ///< this epoch's batches
  const TrainOptions& options() const { return options_; }
  WeightAverage& average() { return average_; }

  /// Weights, optimiser, schedule, average; generators and position in the epoch go into `facts`.
  io::NamedTensors state(io::Metadata& facts) const;
  /// Continues as if never interrupted. Throws ValueError if the state does not fit the module or the data.
  void load(const io::SafeTensors& state);

 private:
  void begin_epoch();
  StepResult step(const std::vector<int64_t>& rows, const Generator& before);
  /// The loss, with products in the run's precision.
  Tensor forward(const std::vector<int64_t>& rows);
  [[noreturn]] void explain_nan(const std::vector<int64_t>& rows, const Generator& before, double loss, double norm);

  nn::Module& module_;
  Lessons lessons_;
  TrainOptions options_;
  std::vector<Tensor> params_;
  std::unique_ptr<optim::AdamW> optimizer_;
  optim::GradScaler scaler_;  // active only in float16
  std::unique_ptr<optim::Scheduler> schedule_;
  WeightAverage average_;
  Batches order_;              // this epoch's batches
  Generator epoch_generator_;  // as it was when order_ was drawn
  int64_t epoch_ = 0, batch_ = 0, steps_ = 0;
  int64_t warmup_ = 0;
  double loss_sum_ = 0, norm_sum_ = 0;
  int64_t norms_ = 0;  // that norm_sum_ adds up
};

}  // namespace lemma::train
