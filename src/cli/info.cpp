// lemma info: what a model directory holds and how it came to be.
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.h"
#include "lemma/core/words.h"
#include "lemma/train/model_dir.h"
#include "lemma/train/progress.h"
#include "lemma/viz/terminal.h"

namespace lemma::cli {
namespace {

std::string history_text(const train::SavedModel& saved) {
  const train::History& h = saved.history;
  const char* score = train::score_name(saved.config.task);
  std::string out =
      fmt::format("Trained on {} texts of {}, scored on {} of {}.\n", words::grouped(h.train_size), h.train_path,
                  words::grouped(h.dev_size), h.dev_path.empty() ? "its last tenth" : h.dev_path);
  if (h.device != "cpu") out.insert(out.size() - 2, ", on " + h.device);
  const train::TrainOptions& o = saved.options;
  out += fmt::format(
      "Options: batch {}, lr {}, weight decay {}, clip {}, token dropout {}, min count {}, max len {}, seed {}, "
      "precision {}.\n",
      o.batch_size, o.lr, o.weight_decay, o.clip, o.token_dropout, o.min_count, o.max_len, o.seed,
      lemma::name(o.precision));
  std::vector<double> scores;
  for (const train::EpochRecord& epoch : h.epochs) scores.push_back(epoch.score);
  if (scores.empty()) return out + "It was interrupted before its first score.\n";
  out += fmt::format("Dev {} over {} epochs: {}  best {:.4f} in epoch {}{}\n", score, scores.size(),
                     viz::sparkline(scores), h.best_score, h.best_epoch,
                     h.complete ? "" : " (interrupted; --resume goes on)");
  for (const train::Baseline& b : h.baselines) out += fmt::format("To beat: {} {:.4f}\n", b.name, b.score);
  return out;
}

int run_info(const std::string& directory) {
  const train::SavedModel saved = train::load_model(directory);
  const train::ModelConfig& c = saved.config;
  print_line(fmt::format("{}: a model for {}", directory, train::name(c.task)));
  print_line(fmt::format("Width {}, {}, {}, feed-forward {}, {}, {}; {} parameters.", c.embed,
                         words::plural(c.heads, "head"), words::plural(c.layers, "layer"), c.ff,
                         words::plural(c.letters, "letter filter"), c.window ? "a window of three tokens" : "no window",
                         words::grouped(saved.model->num_parameters())));
  print_line(fmt::format("Vocabulary {} words; labels {}.", words::grouped(saved.coder.words.size()),
                         fmt::join(saved.coder.labels, ", ")));
  print_line(history_text(saved));
  print_line(saved.model->summary());
  return 0;
}

}  // namespace

void add_info(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("info", "Show a model's architecture, parameters, vocabulary and training");
  const auto model = std::make_shared<std::string>();
  command->add_option("--model", *model, "model directory")->required()->type_name("DIR");
  command->callback([model, &action] { action = [model] { return run_info(*model); }; });
}

}  // namespace lemma::cli
