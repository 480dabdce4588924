#pragma once
/// The options that the models for text add to those of the loop.

#include <string>

#include "lemma/train/options.h"

namespace lemma::tasks {

struct TextOptions : train::Options {
  std::unique_ptr<train::Options> clone() const override { return std::make_unique<TextOptions>(*this); }
  std::vector<train::Field> task_fields() override;
  void check_task() const override;

  std::string encoder = "transformer";
  int64_t embed = 128;
  int64_t heads = 4;
  int64_t layers = 1;
  int64_t ff = 256;
  int64_t letters = 0;
  bool window = false;
  double embed_dropout = 0.3;
  double layer_dropout = 0.1;
  double head_dropout = 0.5;
  double feature_scale = 1;
  double position_scale = 1;
  double token_dropout = 0.1;
  double rare_dropout = 0;
  int64_t min_count = 2;
  int64_t feature_count = 5;
  int64_t max_len = 512;
};

/// Casts options to those of a text model. Throws ValueError for another task's.
const TextOptions& text_options(const train::Options& options);
TextOptions& text_options(train::Options& options);

}  // namespace lemma::tasks
