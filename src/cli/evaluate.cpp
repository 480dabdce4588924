// lemma evaluate: one JSON object with the scores.
#include <cstdio>
#include <memory>
#include <optional>

#include "cli/cli.h"
#include "lemma/core/error.h"
#include "lemma/train/model_dir.h"

namespace lemma::cli {
namespace {

struct Arguments {
  std::string model, data;
  train::ReadOptions reading;
  std::optional<double> threshold;
  Device device = Device::cpu();
};

int run_evaluate(const Arguments& arguments, const train::Tasks& tasks) {
  if (arguments.data.empty()) throw ValueError("--data", "is empty; expected a file");
  const train::SavedModel saved = train::load_model(arguments.model, tasks);
  train::Learner& learner = *saved.learner;
  if (arguments.threshold) learner.set_threshold(*arguments.threshold);
  learner.module().to(arguments.device);
  const std::unique_ptr<train::Corpus> corpus = learner.read_as(arguments.data, arguments.reading);
  for (const std::string& note : corpus->notes)
    std::fputs(("lemma: " + arguments.data + ": " + note + "\n").c_str(), stderr);
  print_line(learner.evaluate(*corpus, *learner.examples(*corpus, train::Use::scoring)).json);
  return 0;
}

}  // namespace

void add_evaluate(CLI::App& app, Action& action, const train::Tasks& tasks) {
  CLI::App* command = app.add_subcommand("evaluate", "Score a model on labelled text; prints one JSON object");
  const auto a = std::make_shared<Arguments>();
  command->add_option("--model", a->model, "model directory")->required()->type_name("DIR");
  command->add_option("--data", a->data, "labelled texts in any form that train reads")->required()->type_name("FILE");
  add_threshold(*command, a->threshold);
  add_reading(*command, a->reading);
  add_device(*command, a->device);
  add_threads(*command);
  command->callback([a, &action, &tasks] { action = [a, &tasks] { return run_evaluate(*a, tasks); }; });
}

}  // namespace lemma::cli
