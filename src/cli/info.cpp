// lemma info: what a model directory holds and how it came to be.
#include <memory>

#include <fmt/format.h>

#include "cli/cli.h"
#include "lemma/core/words.h"
#include "lemma/train/model_dir.h"
#include "lemma/viz/terminal.h"

namespace lemma::cli {
namespace {

std::string history_text(const train::SavedModel& saved) {
  const train::History& h = saved.history;
  const train::Task& task = *saved.task;
  const bool made = h.train_path.empty();
  std::string out = fmt::format("Trained on {} {}{}, scored on {}{}.\n", words::grouped(h.train_size), task.unit(),
                                made ? " that the task made itself" : " of " + h.train_path, words::grouped(h.dev_size),
                                made                 ? " others"
                                : h.dev_path.empty() ? " of a tenth of it, held out"
                                                     : " of " + h.dev_path);
  if (h.device != "cpu") out.insert(out.size() - 2, ", on " + h.device);
  out += fmt::format("Options: {}.\n", told(*saved.options));
  std::vector<double> scores;
  for (const train::EpochRecord& epoch : h.epochs) scores.push_back(epoch.score);
  if (scores.empty()) return out + "It was interrupted before its first score.\n";
  out += fmt::format("Dev {} over {}: {}  best {:.4f} in epoch {}{}\n", task.score().name,
                     words::plural(static_cast<int64_t>(scores.size()), "epoch"), viz::sparkline(scores), h.best_score,
                     h.best_epoch, h.complete ? "" : " (interrupted; --resume continues it)");
  for (const train::Baseline& b : h.baselines) out += fmt::format("To beat: {} {:.4f}\n", b.name, b.score);
  return out;
}

int run_info(const std::string& directory, const train::Tasks& tasks) {
  const train::SavedModel saved = train::load_model(directory, tasks);
  print_line(fmt::format("{}: a model for {}", words::printable(directory), saved.task->name()));
  for (const std::string& line : saved.learner->description()) print_wrapped(words::printable(line));
  print_wrapped(words::printable(history_text(saved), true));
  print_line(saved.learner->module().summary());
  return 0;
}

}  // namespace

void add_info(CLI::App& app, Action& action, const train::Tasks& tasks) {
  CLI::App* command = app.add_subcommand("info", "Show a model's architecture, parameters, vocabulary and training");
  const auto model = std::make_shared<std::string>();
  command->add_option("--model", *model, "model directory")->required()->type_name("DIR");
  command->callback([model, &action, &tasks] { action = [model, &tasks] { return run_info(*model, tasks); }; });
}

}  // namespace lemma::cli
