#include "train/announce.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lemma/core/threads.h"
#include "lemma/core/words.h"

namespace lemma::train {
namespace {

std::string line(const std::string& name, const std::string& text) { return fmt::format("  {:<11} {}\n", name, text); }

std::string corpus_text(const Corpus& corpus, const Examples& examples) {
  std::string text = fmt::format("{}: {} ({})", corpus.size_text(), corpus.path, corpus.format);
  for (const std::string& note : corpus.notes) text += "; " + note;
  if (!examples.note().empty()) text += "; " + examples.note();
  return text;
}

std::string training_text(const Session& session) {
  const Trainer& trainer = *session.trainer;
  const TrainOptions& options = trainer.options();
  const Device device = session.learner->module().device();
  return fmt::format("{} of {} of {} {}{}; lr {} after {} of warm-up, clip {}, seed {}, {}{}",
                     words::plural(session.epochs, "epoch"), words::plural(trainer.batches(), "step"),
                     options.batch_size, session.run.task->unit(), session.train->note(trainer.order()), options.lr,
                     words::plural(trainer.warmup(), "step"), options.clip, options.seed,
                     is_half(options.precision) ? std::string("products in ") + name(options.precision) + ", " : "",
                     device.is_cpu() ? words::plural(num_threads(), "thread") : "on " + device.str());
}

}  // namespace

std::string baselines_text(std::vector<Baseline> baselines, const Score& score) {
  std::sort(baselines.begin(), baselines.end(),
            [&](const Baseline& a, const Baseline& b) { return score.better(a.score, b.score); });
  std::vector<std::string> parts;
  for (const Baseline& b : baselines) parts.push_back(fmt::format("{} {:.3f}", b.name, b.score));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string to_beat_text(const std::vector<Baseline>& baselines, const Score& score) {
  if (baselines.empty()) return "no baseline";
  double best = baselines[0].score;
  for (const Baseline& b : baselines)
    if (score.better(b.score, best)) best = b.score;
  return fmt::format("to beat {:.3f}", best);
}

std::string plan_text(const Session& session) {
  const Corpora& corpora = session.corpora;
  const Score score = session.run.task->score();
  std::string out =
      line("train", corpus_text(*corpora.train, *session.train)) + line("dev", corpus_text(*corpora.dev, *session.dev));
  for (const Fact& fact : session.learner->facts(*corpora.train, *session.train, *session.dev))
    out += line(fact.name, fact.text);
  return out + line("training", training_text(session)) +
         line("to beat", fmt::format("dev {}: {}", score.name, baselines_text(corpora.baselines, score)));
}

std::string initial_loss_text(double loss, int64_t classes) {
  if (classes == 0) return line("loss", fmt::format("{:.3f} before training", loss));
  const double even = std::log(static_cast<double>(classes));
  const bool near = std::abs(loss - even) < 0.25 * even + 0.1;
  return line("loss",
              fmt::format("{:.3f} before training; ln({}) = {:.3f} is a uniform guess: {}", loss, classes, even,
                          near ? "as it should be" : "far from it, so look at the labels and the initial weights"));
}

}  // namespace lemma::train
