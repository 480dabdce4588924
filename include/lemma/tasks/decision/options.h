#pragma once
/// The options that models that act add to those of the loop.

#include "lemma/train/options.h"

namespace lemma::tasks {

struct DecisionOptions : train::Options {
  DecisionOptions() {
    batch_size = 64;
    lr = 1e-3;
    usual_steps = 1200;
  }
  std::unique_ptr<train::Options> clone() const override { return std::make_unique<DecisionOptions>(*this); }
  std::vector<train::Field> task_fields() override;
  void check_task() const override;

  std::string world = "cartpole";
  std::string policy = "mixed";
  int64_t episodes = 300;
  std::string model = "transformer";
  int64_t context = 20;
  int64_t embed = 64;
  int64_t heads = 4;
  int64_t layers = 2;
  double dropout = 0.1;
  int64_t plays = 10;
};

/// Throws ValueError for those of another task.
const DecisionOptions& decision_options(const train::Options& options);

}  // namespace lemma::tasks
