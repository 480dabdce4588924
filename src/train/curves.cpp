#include "lemma/train/curves.h"

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"

namespace lemma::train {

namespace {

using Texts = std::vector<std::string>;

// The baseline with the best score; null where there is none.
const Baseline* best_of(const std::vector<Baseline>& baselines, const Score& score) {
  const Baseline* best = nullptr;
  for (const Baseline& baseline : baselines)
    if (!best || score.better(baseline.score, best->score)) best = &baseline;
  return best;
}

std::string best_text(const History& history) {
  return history.best_epoch == 0 ? "none yet"
                                 : fmt::format("{:.4f} in epoch {}", history.best_score, history.best_epoch);
}

std::string epochs_text(const History& history) {
  return fmt::format("{}, {}", words::plural(static_cast<int64_t>(history.epochs.size()), "epoch"),
                     history.complete ? "complete" : "not complete");
}

std::string time_text(const History& history) {
  double seconds = 0;
  for (const EpochRecord& epoch : history.epochs) seconds += epoch.seconds;
  return words::clock_time(seconds);
}

std::string last_loss(const History& history) {
  return history.epochs.empty()
             ? "none yet"
             : fmt::format("{:.4f}, dev {:.4f}", history.epochs.back().train_loss, history.epochs.back().dev_loss);
}

// What both kinds of page say about the runs themselves.
void add_facts(viz::TrainingPage& page, const std::vector<const History*>& runs) {
  const std::pair<const char*, std::string (*)(const History&)> rows[] = {
      {"best score", best_text}, {"last loss", last_loss}, {"length", epochs_text}, {"time", time_text}};
  for (const auto& [name, text] : rows) {
    Texts texts;
    for (const History* run : runs) texts.push_back(text(*run));
    page.facts.emplace_back(name, texts);
  }
}

void add_baseline(viz::TrainingPage& page, const Score& score, const std::vector<Baseline>& baselines) {
  page.score_name = score.name;
  const Baseline* best = best_of(baselines, score);
  if (!best) return;
  page.baseline = "to beat: " + best->name, page.baseline_score = best->score;
}

std::string dev_text(const History& history) {
  if (history.train_path.empty()) return "others of its own";
  return history.dev_path.empty() ? "a tenth of it, held out" : history.dev_path;
}

std::string train_text(const History& history) {
  return history.train_path.empty() ? "data that the task made itself" : history.train_path;
}

}  // namespace

viz::RunCurves curves_of(const std::string& name, const History& history) {
  viz::RunCurves run;
  run.name = name;
  for (const EpochRecord& epoch : history.epochs) {
    run.train_loss.push_back(epoch.train_loss);
    run.dev_loss.push_back(epoch.dev_loss);
    run.score.push_back(epoch.score);
    run.lr.push_back(epoch.lr);
    run.gradient_norm.push_back(epoch.gradient_norm);
    run.seconds.push_back(epoch.seconds);
  }
  run.best_epoch = history.best_epoch;
  return run;
}

viz::TrainingPage run_page(const Task& task, const Options& options, const History& history, bool going) {
  viz::TrainingPage page;
  page.title = "lemma train " + task.name();
  const std::string done = words::plural(static_cast<int64_t>(history.epochs.size()), "epoch");
  page.summary = history.complete ? done + ", complete."
                 : going          ? done + " so far; the run goes on."
                                  : done + "; the run was stopped, and --resume continues it.";
  page.runs = {curves_of(task.name(), history)};
  page.live = going;
  add_baseline(page, task.score(), history.baselines);
  add_facts(page, {&history});
  page.facts.emplace_back("options", Texts{told(options)});
  page.facts.emplace_back("learns from", Texts{fmt::format("{} ({} {})", train_text(history),
                                                           words::grouped(history.train_size), task.unit())});
  page.facts.emplace_back("is scored on",
                          Texts{fmt::format("{} ({})", dev_text(history), words::grouped(history.dev_size))});
  for (const Baseline& baseline : history.baselines)
    page.facts.emplace_back("to beat", Texts{fmt::format("{} {:.4f}", baseline.name, baseline.score)});
  return page;
}

viz::TrainingPage comparison(const std::string& first_name, const SavedModel& first, const std::string& second_name,
                             const SavedModel& second) {
  if (first.task != second.task)
    throw ValueError(second_name, fmt::format("is a model for {}, and {} one for {}; expected two runs of one task",
                                              second.task->name(), first_name, first.task->name()));
  viz::TrainingPage page;
  page.title = fmt::format("{} and {}", first_name, second_name);
  page.summary = fmt::format("Two runs of {}.", first.task->name());
  page.runs = {curves_of(first_name, first.history), curves_of(second_name, second.history)};
  if (first.history.dev_path == second.history.dev_path && first.history.dev_size == second.history.dev_size)
    add_baseline(page, first.task->score(), first.history.baselines);
  else
    page.score_name = first.task->score().name;
  add_facts(page, {&first.history, &second.history});
  const std::unique_ptr<Options> a = first.options->clone(), b = second.options->clone();
  const std::vector<Field> ours = fields(*a), theirs = fields(*b);
  for (size_t i = 0; i < ours.size(); ++i)
    if (ours[i].text() != theirs[i].text())
      page.facts.emplace_back(ours[i].name(), Texts{ours[i].text(), theirs[i].text()});
  const auto differing = [&](const char* name, const std::string& one, const std::string& other) {
    if (one != other) page.facts.emplace_back(name, Texts{one, other});
  };
  differing("learns from", train_text(first.history), train_text(second.history));
  differing("is scored on", dev_text(first.history), dev_text(second.history));
  differing("device", first.history.device, second.history.device);
  return page;
}

}  // namespace lemma::train
