#pragma once
/// The options that pictures add to those of the loop.

#include "lemma/train/options.h"

namespace lemma::tasks {

struct ImageOptions : train::Options {
  ImageOptions() {
    batch_size = 16;
    lr = 2e-3;
    usual_steps = 5000;
  }
  std::unique_ptr<train::Options> clone() const override { return std::make_unique<ImageOptions>(*this); }
  std::vector<train::Field> task_fields() override;
  void check_task() const override;

  std::string model = "cnn";
  int64_t width = 32;
  int64_t layers = 4;
  int64_t heads = 4;
  int64_t patch = 0;
  double dropout = 0.1;
  int64_t shift = 1;
  bool flip = false;
};

}  // namespace lemma::tasks
