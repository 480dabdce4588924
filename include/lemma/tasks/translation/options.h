#pragma once
/// The options that translation adds to those of the loop.

#include "lemma/train/options.h"

namespace lemma::tasks {

struct TranslationOptions : train::Options {
  TranslationOptions() {
    batch_size = 64;
    lr = 2e-3;
    usual_steps = 2700;
  }
  std::unique_ptr<train::Options> clone() const override { return std::make_unique<TranslationOptions>(*this); }
  std::vector<train::Field> task_fields() override;
  void check_task() const override;

  int64_t vocabulary = 6000;
  bool lower_case = false;
  int64_t embed = 128;
  int64_t heads = 4;
  int64_t layers = 3;
  int64_t ff = 512;
  double dropout = 0.1;
  double label_smoothing = 0.1;
  int64_t max_len = 256;
};

}  // namespace lemma::tasks
