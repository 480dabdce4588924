// lemma evaluate: one JSON object with the scores.
#include <memory>

#include <fmt/format.h>

#include "cli/cli.h"
#include "lemma/train/evaluate.h"
#include "lemma/train/model_dir.h"

namespace lemma::cli {
namespace {

struct Arguments {
  std::string model, data;
  bool replace_invalid = false;
  Device device = Device::cpu();
};

int run_evaluate(const Arguments& arguments) {
  train::SavedModel saved = train::load_model(arguments.model);
  saved.model->to(arguments.device);
  const train::Corpus corpus =
      train::read_corpus(saved.config.task, arguments.data, saved.coder.labels, arguments.replace_invalid);
  const train::Evaluation result = train::evaluate(*saved.model, saved.coder, saved.coder.encode(corpus));
  if (saved.config.task == train::Task::sentiment)
    print_line(fmt::format(R"({{"task":"sentiment","examples":{},"accuracy":{},"loss":{}}})", corpus.size(),
                           result.score, result.loss));
  else
    print_line(fmt::format(R"({{"task":"ner","sentences":{},"precision":{},"recall":{},"f1":{}}})", corpus.size(),
                           result.ner.all.precision(), result.ner.all.recall(), result.ner.all.f1()));
  return 0;
}

}  // namespace

void add_evaluate(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("evaluate", "Score a model on labelled text; prints one JSON object");
  const auto a = std::make_shared<Arguments>();
  command->add_option("--model", a->model, "model directory")->required()->type_name("DIR");
  command->add_option("--data", a->data, "labelled texts in any form that train reads")->required()->type_name("FILE");
  command->add_flag("--replace-invalid", a->replace_invalid,
                    "replace bytes that are no UTF-8 instead of refusing the file");
  add_device(*command, a->device);
  add_threads(*command);
  command->callback([a, &action] { action = [a] { return run_evaluate(*a); }; });
}

}  // namespace lemma::cli
