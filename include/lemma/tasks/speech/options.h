#pragma once
/// The options that recordings add to those of the loop.

#include "lemma/train/options.h"

namespace lemma::tasks {

struct SpeechOptions : train::Options {
  SpeechOptions() {
    lr = 2e-3;
    weight_decay = 0.05;
    usual_steps = 1500;
  }
  std::unique_ptr<train::Options> clone() const override { return std::make_unique<SpeechOptions>(*this); }
  std::vector<train::Field> task_fields() override;
  void check_task() const override;

  std::string model = "conformer";
  int64_t width = 64;
  int64_t layers = 2;
  int64_t heads = 4;
  int64_t mels = 40;
  int64_t kernel = 7;
  double dropout = 0.1;
  double label_smoothing = 0.1;
  double speed = 0.2;
  double warp = 0.15;
  double pause = 0.3;
  double noise = 0.3;
  double mask = 0.1;
  int64_t join = 0;
  int64_t beam = 8;
};

}  // namespace lemma::tasks
