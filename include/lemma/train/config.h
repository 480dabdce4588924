#pragma once
/// What a run is made of: the shape of the model and the rules of its training, as config.json keeps them.

#include <cstdint>
#include <string>

#include "lemma/core/dtype.h"

namespace lemma::train {

enum class Task { sentiment, ner };

/// "sentiment" or "ner".
const char* name(Task task);
/// Throws ValueError for anything else.
Task parse_task(const std::string& text);
/// What the task is scored by: "accuracy" or "F1".
const char* score_name(Task task);

/// The shape of a model. Sizes that follow from the data (vocabulary, labels) are not in it.
struct ModelConfig {
  Task task = Task::sentiment;
  int64_t embed = 128;         ///< D, the width of a token's vector
  int64_t heads = 4;           ///< H; D must be a multiple of it
  int64_t layers = 1;          ///< encoder layers
  int64_t ff = 256;            ///< width of the feed-forward blocks
  double embed_dropout = 0.3;  ///< on the sum of a token's embeddings
  double layer_dropout = 0.1;  ///< inside the encoder layers
  double head_dropout = 0.5;   ///< before the last Linear
  double feature_scale = 1;    ///< factor on the sum of the feature embeddings
  double position_scale = 1;   ///< factor on the sinusoidal positions
  int64_t letters = 0;         ///< number of filters over the letters of a word; 0: none
  bool window = false;         ///< lets a token see its two neighbours before attention

  /// The defaults of a task.
  static ModelConfig of(Task task);
  /// Throws ValueError naming the option and its range.
  void check() const;
};

/// The rules of training.
struct TrainOptions {
  int64_t epochs = 0;  ///< 0: enough for about 1,500 steps, between 3 and 20
  int64_t batch_size = 32;
  double lr = 1e-3;            ///< the peak, after warm-up
  double weight_decay = 0.01;  ///< of matrices; vectors have none
  int64_t warmup = 0;          ///< steps; 0: a tenth of the default number of steps for the data
  double clip = 1;             ///< largest gradient norm; 0: none
  double token_dropout = 0.1;  ///< any word becomes <unk> with this probability ...
  double rare_dropout = 0;     ///< ... and one seen n times also with probability r / (r + n)
  double average = 0.99;       ///< decay of the running mean of the weights that is scored and saved; 0: none
  int64_t min_count = 2;       ///< rarer words are <unk>
  int64_t feature_count = 5;   ///< rarer prefixes, suffixes and letters are <unk>
  int64_t max_len = 512;       ///< longer training texts are cut, which is reported; 0: no limit
  int64_t patience = 0;        ///< epochs without a better score before training stops; 0: it never does
  uint64_t seed = 1;
  DType precision = DType::float32;  ///< of products, by autocast if it is a half type; weights are float32

  static TrainOptions of(Task task);
  void check() const;
};

/// How the options of a resumed run differ from the saved ones, as text; empty if they agree. The number of epochs
/// and the patience may change: they alter no step.
std::string difference(const ModelConfig& saved, const ModelConfig& now);
std::string difference(const TrainOptions& saved, const TrainOptions& now);

}  // namespace lemma::train
