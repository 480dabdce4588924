#include "lemma/train/config.h"

#include <cmath>

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma::train {
namespace {

void at_least(const char* option, int64_t value, int64_t least) {
  if (value < least) throw ValueError(option, fmt::format("{} is too small; expected {} or more", value, least));
}

void at_most(const char* option, int64_t value, int64_t most) {
  if (value > most) throw ValueError(option, fmt::format("{} is too large; expected {} or less", value, most));
}

void probability(const char* option, double value) {
  if (!(value >= 0 && value < 1)) throw ValueError(option, fmt::format("{} is no share; expected 0 to below 1", value));
}

void finite_from(const char* option, double value, bool zero_too) {
  if (!std::isfinite(value) || value < 0 || (!zero_too && value == 0))
    throw ValueError(
        option, fmt::format("{} is out of range; expected a number {}", value, zero_too ? "of 0 or more" : "above 0"));
}

}  // namespace

const char* name(Task task) { return task == Task::sentiment ? "sentiment" : "ner"; }

Task parse_task(const std::string& text) {
  if (text == "sentiment") return Task::sentiment;
  if (text == "ner") return Task::ner;
  throw ValueError("task", fmt::format("'{}' is not known; expected sentiment or ner", text));
}

const char* score_name(Task task) { return task == Task::sentiment ? "accuracy" : "F1"; }

ModelConfig ModelConfig::of(Task task) {
  ModelConfig config;
  config.task = task;
  if (task == Task::sentiment) {
    config.feature_scale = 0.4;
  } else {
    config.head_dropout = 0.3;
    config.position_scale = 0.1;
    config.letters = 64;
    config.window = true;
  }
  return config;
}

// The upper bounds keep a slip of the finger from asking for more memory than any machine has.
void ModelConfig::check() const {
  at_least("--embed", embed, 1);
  at_most("--embed", embed, 16384);
  at_least("--heads", heads, 1);
  if (embed % heads != 0)
    throw ValueError("--heads", fmt::format("{} heads do not share a width of {} evenly; expected a divisor of --embed",
                                            heads, embed));
  at_least("--layers", layers, 1);
  at_most("--layers", layers, 256);
  at_least("--ff", ff, 1);
  at_most("--ff", ff, 65536);
  at_least("letters", letters, 0);
  at_most("letters", letters, 16384);
  probability("--dropout", embed_dropout);
  probability("--dropout", layer_dropout);
  probability("--dropout", head_dropout);
  finite_from("feature_scale", feature_scale, true);
  finite_from("position_scale", position_scale, true);
}

TrainOptions TrainOptions::of(Task task) {
  TrainOptions options;
  if (task == Task::sentiment) {
    options.token_dropout = 0.2;
    options.average = 0.995;
    options.feature_count = 3;
  } else {
    options.rare_dropout = 0.2;
  }
  return options;
}

void TrainOptions::check() const {
  at_least("--epochs", epochs, 0);
  at_most("--epochs", epochs, 1'000'000);
  at_least("--batch-size", batch_size, 1);
  at_most("--batch-size", batch_size, 1'000'000);
  finite_from("--lr", lr, false);
  finite_from("--weight-decay", weight_decay, true);
  at_least("--warmup", warmup, 0);
  finite_from("--clip", clip, true);
  probability("--token-dropout", token_dropout);
  probability("--rare-dropout", rare_dropout);
  probability("--average", average);
  at_least("--min-count", min_count, 1);
  at_least("--feature-count", feature_count, 1);
  at_least("--max-len", max_len, 0);
  at_least("--patience", patience, 0);
  if (precision != DType::float32 && !is_half(precision))
    throw ValueError("--precision",
                     fmt::format("{} was given; expected float32, bfloat16 or float16", lemma::name(precision)));
}

namespace {

template <class T>
void compare(std::string& out, const char* option, T saved, T now) {
  if (out.empty() && saved != now) out = fmt::format("{} is {} where the saved run has {}", option, now, saved);
}

}  // namespace

std::string difference(const ModelConfig& saved, const ModelConfig& now) {
  std::string out;
  compare(out, "--embed", saved.embed, now.embed);
  compare(out, "--heads", saved.heads, now.heads);
  compare(out, "--layers", saved.layers, now.layers);
  compare(out, "--ff", saved.ff, now.ff);
  compare(out, "--dropout", saved.embed_dropout, now.embed_dropout);
  compare(out, "--dropout", saved.layer_dropout, now.layer_dropout);
  compare(out, "--dropout", saved.head_dropout, now.head_dropout);
  return out;
}

std::string difference(const TrainOptions& saved, const TrainOptions& now) {
  std::string out;
  compare(out, "--batch-size", saved.batch_size, now.batch_size);
  compare(out, "--lr", saved.lr, now.lr);
  compare(out, "--weight-decay", saved.weight_decay, now.weight_decay);
  compare(out, "--warmup", saved.warmup, now.warmup);
  compare(out, "--clip", saved.clip, now.clip);
  compare(out, "--token-dropout", saved.token_dropout, now.token_dropout);
  compare(out, "--min-count", saved.min_count, now.min_count);
  compare(out, "--max-len", saved.max_len, now.max_len);
  compare(out, "--seed", saved.seed, now.seed);
  compare(out, "--precision", lemma::name(saved.precision), lemma::name(now.precision));
  return out;
}

}  // namespace lemma::train
