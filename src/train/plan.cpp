#include "train/plan.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lemma/core/threads.h"
#include "lemma/core/words.h"
#include "lemma/train/progress.h"

namespace lemma::train {
namespace {

std::string corpus_line(const char* what, const Corpus& corpus, const data::EncodedTexts& dataset) {
  const char* unit = corpus.task == Task::sentiment ? "texts" : "sentences";
  std::string line = fmt::format("  {:<11} {} {}, {} tokens: {} ({})", what, words::grouped(corpus.size()), unit,
                                 words::grouped(corpus.tokens()), corpus.path, corpus.format);
  for (const std::string& note : corpus.notes) line += "; " + note;
  if (dataset.truncated_examples > 0)
    line += fmt::format("; {} of them cut to --max-len, {} tokens lost", words::grouped(dataset.truncated_examples),
                        words::grouped(dataset.truncated_tokens));
  return line + "\n";
}

std::string classes_line(const Corpus& train) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < train.classes.size(); ++i)
    parts.push_back(fmt::format("{} ({})", train.classes[i], words::grouped(train.counts[i])));
  return fmt::format("  {:<11} {}\n", train.task == Task::sentiment ? "classes" : "entities", fmt::join(parts, ", "));
}

}  // namespace

std::string baselines_text(std::vector<Baseline> baselines) {
  std::sort(baselines.begin(), baselines.end(), [](const Baseline& a, const Baseline& b) { return a.score > b.score; });
  std::vector<std::string> parts;
  for (const Baseline& b : baselines) parts.push_back(fmt::format("{} {:.3f}", b.name, b.score));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string to_beat_text(const std::vector<Baseline>& baselines) {
  double best = 0;
  for (const Baseline& b : baselines) best = std::max(best, b.score);
  return fmt::format("to beat {:.3f}", best);
}

std::string plan_text(const Corpora& corpora, const TextCoder& coder, const data::EncodedTexts& train,
                      const data::EncodedTexts& dev, const TextModel& model, const Trainer& trainer, int64_t epochs) {
  const ModelConfig& config = model.config();
  const TrainOptions& options = trainer.options();
  std::string out =
      corpus_line("train", corpora.train, train) + corpus_line("dev", corpora.dev, dev) + classes_line(corpora.train);
  out += fmt::format("  {:<11} {} words seen {}; unknown: {:.1f} % of train tokens, {:.1f} % of dev\n", "vocabulary",
                     words::grouped(coder.words.size()),
                     options.min_count == 1 ? "once or more" : fmt::format("{} times or more", options.min_count),
                     100 * train.unknown_rate(), 100 * dev.unknown_rate());
  out += fmt::format("  {:<11} {} parameters: width {}, {}, {}, feed-forward {}\n", "model",
                     words::grouped(model.num_parameters()), config.embed, words::plural(config.heads, "head"),
                     words::plural(config.layers, "layer"), config.ff);
  out += fmt::format(
      "  {:<11} {} of {} of {} texts ({:.1f} % padding); lr {} after {} of warm-up, clip {}, seed {}, {}{}\n",
      "training", words::plural(epochs, "epoch"), words::plural(trainer.batches(), "step"), options.batch_size,
      100 * trainer.padding(), options.lr, words::plural(trainer.warmup(), "step"), options.clip, options.seed,
      is_half(options.precision) ? std::string("products in ") + lemma::name(options.precision) + ", " : "",
      model.device().is_cpu() ? words::plural(num_threads(), "thread") : "on " + model.device().str());
  out += fmt::format("  {:<11} dev {}: {}\n", "to beat", score_name(config.task), baselines_text(corpora.baselines));
  return out;
}

std::string initial_loss_text(double loss, size_t classes) {
  const double even = std::log(static_cast<double>(classes));
  const bool near = std::abs(loss - even) < 0.25 * even + 0.1;
  return fmt::format("  {:<11} {:.3f} before training; ln({}) = {:.3f} is an even guess: {}\n", "loss", loss, classes,
                     even, near ? "as it should be" : "far from it, so look at the labels and the first weights");
}

}  // namespace lemma::train
