#include "lemma/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "lemma/autocast.h"
#include "lemma/autograd.h"
#include "lemma/core/memory.h"
#include "lemma/core/words.h"
#include "lemma/ops.h"
#include "lemma/optim/clip.h"

namespace lemma::train {
namespace {

// Decay for matrices only: pulling biases and norms to zero does not help.
std::vector<optim::ParamGroup> groups_of(const std::vector<Tensor>& params, double weight_decay) {
  std::vector<Tensor> matrices, vectors;
  for (const Tensor& p : params) (p.dim() > 1 ? matrices : vectors).push_back(p);
  return {{.params = matrices, .weight_decay = weight_decay}, {.params = vectors, .weight_decay = 0.0}};
}

// Beside the weights: their gradients, AdamW's two moments, and the mean if one is kept.
nn::Module& with_room_to_train(nn::Module& module, const TrainOptions& options) {
  const double copies = options.average > 0 ? 4 : 3;
  memory::require("train", "training a model of " + words::plural(module.num_parameters(), "parameter"),
                  copies * sizeof(float) * static_cast<double>(module.num_parameters()), module.device());
  return module;
}

// A tenth of the steps that this data gets by default. The number of epochs asked for does not count: a run that is
// given more of them later must continue as if it had had them from the start.
int64_t warmup_steps(const TrainOptions& options, int64_t batches) {
  return options.warmup > 0 ? options.warmup : std::max<int64_t>(1, default_epochs(options, batches) * batches / 10);
}

}  // namespace

Trainer::Trainer(nn::Module& module, Lessons lessons, const TrainOptions& options)
    : module_(with_room_to_train(module, options)),
      lessons_(std::move(lessons)),
      options_(options),
      params_(module.parameters()),
      optimizer_(std::make_unique<optim::AdamW>(groups_of(params_, options.weight_decay),
                                                optim::AdamWOptions{.lr = options.lr})),
      scaler_({.enabled = options.precision == DType::float16}),
      average_(module, options.average) {
  check(options_);
  begin_epoch();
  warmup_ = warmup_steps(options, batches());
  schedule_ = std::make_unique<optim::WarmupInverseSqrtLR>(*optimizer_, warmup_);
}

Trainer::Trainer(Learner& learner, const Examples& examples, const TrainOptions& options)
    : Trainer(learner.module(),
              {[&examples, size = options.batch_size](Generator& generator) { return examples.draw(size, generator); },
               [&learner, &examples](std::span<const int64_t> rows) { return learner.loss(examples, rows); }},
              options) {}

void Trainer::begin_epoch() {
  Generator generator = default_generator();
  order_ = lessons_.draw(generator);
  epoch_generator_ = std::exchange(default_generator(), generator);
  batch_ = 0;
  loss_sum_ = norm_sum_ = 0;
  norms_ = 0;
}

double Trainer::initial_loss() {
  NoGrad no_grad;
  module_.eval();
  double sum = 0;
  const int64_t some = std::min<int64_t>(batches(), 4);
  for (int64_t i = 0; i < some; ++i) sum += lessons_.loss(order_[static_cast<size_t>(i)]).item();
  module_.train();
  return sum / static_cast<double>(some);
}

Tensor Trainer::forward(const std::vector<int64_t>& rows) {
  const bool half = is_half(options_.precision);
  const Autocast guard(module_.device(), half ? std::optional(options_.precision) : std::nullopt, half);
  return lessons_.loss(rows);
}

StepResult Trainer::step() {
  if (batch_ == batches()) begin_epoch();  // an epoch's order is drawn when its first step is taken
  const Generator before = default_generator();
  try {
    return step(order_[static_cast<size_t>(batch_)], before);
  } catch (...) {
    default_generator() = before;  // a step that failed may be taken again
    throw;
  }
}

StepResult Trainer::step(const std::vector<int64_t>& rows, const Generator& before) {
  optimizer_->zero_grad();
  const Tensor loss = forward(rows);
  scaler_.scale(loss).backward();  // before the loss is read, which waits for a GPU
  StepResult result{loss.item(), 0, schedule_->get_last_lr()[0]};
  if (!std::isfinite(result.loss)) explain_nan(rows, before, result.loss, 0);
  scaler_.unscale_(*optimizer_);
  result.gradient_norm = options_.clip > 0 ? optim::clip_grad_norm_(params_, options_.clip) : optim::grad_norm(params_);
  if (!std::isfinite(result.gradient_norm) && scaler_.get_scale() <= 1)
    explain_nan(rows, before, result.loss, result.gradient_norm);
  const std::function<void()> update_average = average_.prepare(steps_ + 1);
  scaler_.step(*optimizer_);  // from here on nothing asks for memory
  scaler_.update();
  schedule_->step();
  ++steps_;
  loss_sum_ += result.loss;
  if (std::isfinite(result.gradient_norm)) norm_sum_ += result.gradient_norm, ++norms_;
  update_average();
  if (++batch_ == batches()) ++epoch_;
  return result;
}

// Repeats the step with the same random numbers, under the detector that names the operation.
void Trainer::explain_nan(const std::vector<int64_t>& rows, const Generator& before, double loss, double norm) {
  const auto kind = [](double value) { return std::isnan(value) ? "NaN" : "infinite"; };
  const std::string what =
      std::isfinite(loss) ? fmt::format("the gradient is {}", kind(norm)) : fmt::format("the loss is {}", kind(loss));
  const std::string where = fmt::format("epoch {}, step {}", epoch_ + 1, batch_ + 1);
  const std::string advice =
      std::string("a smaller --lr, a longer --warmup or a smaller --clip usually helps") +
      (options_.precision == DType::float16 ? ", or --precision bfloat16, which has more range" : "");
  default_generator() = before;
  optimizer_->zero_grad();
  try {
    DetectAnomaly detect;
    scaler_.scale(forward(rows)).backward();
  } catch (const GradError& error) {
    throw GradError(where, fmt::format("{}; it began in {}; {}", what, error.what(), advice));
  }
  throw GradError(
      where, fmt::format("{}, but no single operation made it: finite gradients overflow together; {}", what, advice));
}

}  // namespace lemma::train
