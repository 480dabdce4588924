#pragma once
/// The options that language models add to those of the loop.

#include <string>

#include "lemma/train/options.h"

namespace lemma::tasks {

struct LmOptions : train::Options {
  LmOptions() {
    batch_size = 16;
    lr = 2e-3;
    usual_steps = 2700;
  }
  std::unique_ptr<train::Options> clone() const override { return std::make_unique<LmOptions>(*this); }
  std::vector<train::Field> task_fields() override;
  void check_task() const override;

  /// Layers, where none are asked for: as many as make the models equally large.
  int64_t depth() const { return layers > 0 ? layers : model == "transformer" ? 4 : 2; }

  std::string model = "transformer";
  std::string tokens = "char";
  int64_t vocabulary = 1000;
  int64_t context = 128;
  int64_t embed = 128;
  int64_t heads = 4;
  int64_t layers = 0;
  int64_t ff = 512;
  int64_t hidden = 224;
  double dropout = 0;
};

}  // namespace lemma::tasks
