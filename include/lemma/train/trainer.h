#pragma once
/// Trainer: the steps of a run, and everything that another process needs to take the next one.

#include <functional>
#include <memory>
#include <vector>

#include "lemma/data/dataset.h"
#include "lemma/io/safetensors.h"
#include "lemma/optim/adam.h"
#include "lemma/optim/grad_scaler.h"
#include "lemma/optim/schedule.h"
#include "lemma/random.h"
#include "lemma/train/models.h"

namespace lemma::train {

struct StepResult {
  double loss = 0;
  double gradient_norm = 0;  ///< before clipping
  double lr = 0;
};

/// The running mean of the weights, which generalises better than the final weights: m += (1 - d) (w - m), with d
/// rising to its value over the first steps. Polyak & Juditsky, 1992.
class WeightAverage {
 public:
  WeightAverage(const nn::Module& model, double decay);
  void update(int64_t step);
  /// Exchanges the model's weights and the mean; call it again to put them back.
  void swap();
  StateDict state() const;
  void load(const StateDict& state);
  bool active() const { return decay_ > 0; }

 private:
  StateDict weights_, mean_;
  double decay_;
};

/// While it lives, the model holds the averaged weights.
class WithAverage {
 public:
  explicit WithAverage(WeightAverage& average) : average_(average) { average_.swap(); }
  ~WithAverage() { average_.swap(); }
  WithAverage(const WithAverage&) = delete;
  WithAverage& operator=(const WithAverage&) = delete;

 private:
  WeightAverage& average_;
};

/// One training step at a time. All randomness comes from default_generator(), so that (seed, data, options) fix every
/// bit of the weights, for any number of threads.
class Trainer {
 public:
  /// `words` is the vocabulary with its counts in the training data. Model and data must outlive the trainer.
  Trainer(TextModel& model, const data::EncodedTexts& train, const text::Vocabulary& words,
          const TrainOptions& options);

  /// The next batch: forward, backward, clip, AdamW, schedule, average. When the loss or a gradient is NaN or infinite,
  /// throws GradError naming the operation that made it; the weights are then those from before the step. In float16 a
  /// gradient that overflows only skips the step, as long as a smaller scale can still help.
  StepResult step();
  /// The model's loss before any training, on the first batches, without dropout.
  double initial_loss();

  int64_t epoch() const { return epoch_; }  ///< complete epochs
  int64_t batch() const { return batch_; }  ///< steps done in this epoch
  int64_t batches() const { return static_cast<int64_t>(order_.size()); }
  int64_t steps() const { return steps_; }
  double mean_loss() const {
    return batch_ == 0 ? 0 : loss_sum_ / static_cast<double>(batch_);
  }  ///< of this epoch's steps
  int64_t last_batch_size() const { return static_cast<int64_t>(order_[static_cast<size_t>(batch_ - 1)].size()); }
  int64_t warmup() const { return warmup_; }   ///< steps
  double padding() const { return padding_; }  ///< fraction of this epoch's positions that are padding
  const TrainOptions& options() const { return options_; }
  WeightAverage& average() { return average_; }

  /// Weights, optimiser, schedule, average; generators and position in the epoch go into `facts`.
  io::NamedTensors state(io::Metadata& facts) const;
  /// Continues as if never interrupted. Throws ValueError if the state does not fit the model or the data.
  void load(const io::SafeTensors& state);

 private:
  void begin_epoch();
  /// The loss, with products in the run's precision.
  Tensor forward(const data::Batch& batch);
  [[noreturn]] void explain_nan(const data::Batch& batch, const Generator& before, double loss, double norm);

  TextModel& model_;
  const data::EncodedTexts& train_;
  TrainOptions options_;
  Tensor unknown_probability_;  // (V): how likely a word is replaced by <unk>
  std::vector<Tensor> params_;
  std::unique_ptr<optim::AdamW> optimizer_;
  optim::GradScaler scaler_;  // does something only in float16
  std::unique_ptr<optim::Scheduler> schedule_;
  WeightAverage average_;
  std::vector<std::vector<int64_t>> order_;  // this epoch's batches
  Generator epoch_generator_;                // as it was when order_ was drawn
  int64_t epoch_ = 0, batch_ = 0, steps_ = 0;
  int64_t warmup_ = 0;
  double padding_ = 0, loss_sum_ = 0;
};

/// How many epochs 0 stands for: enough for about 1,500 steps, from 3 to 20.
int64_t default_epochs(int64_t batches);

/// Ids with some words replaced by <unk>: each word w with probability p[w]. ids: (B, T), p: (V).
Tensor drop_tokens(const Tensor& ids, const Tensor& probability);

}  // namespace lemma::train
