// lemma train TASK
#include <unistd.h>

#include <csignal>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/tensor.h"
#include "lemma/train/run.h"

namespace lemma::cli {
namespace {

volatile std::sig_atomic_t stop_requested = 0;  // the number of the signal that asked for it
volatile std::sig_atomic_t run_begun = 0;

// The first Ctrl-C asks the run to save and leave; the second one ends it at once, as does one before there is anything
// to save: the program may be waiting for a pipe then.
void on_signal(int signal) {
  if (!run_begun) {
    constexpr char kWords[] = "lemma: stopped before the first step; nothing was saved\n";
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, kWords, sizeof kWords - 1);
    ::_exit(128 + signal);
  }
  stop_requested = signal;
  std::signal(signal, SIG_DFL);
}

void catch_signals() {
  stop_requested = 0;
  run_begun = 0;
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, on_signal);
  if (std::signal(SIGHUP, on_signal) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // nohup asked for that
}

struct Arguments {
  std::string task, train, dev, out;
  Device device = Device::cpu();
  std::vector<std::string> empty;  // options that were given an empty text
  bool overwrite = false, resume = false, overfit = false;
  train::ReadOptions reading;
  Choices choices;
};

int run_train(const Arguments& arguments, const train::Tasks& tasks) {
  train::Run run;
  run.task = &train::find(tasks, arguments.task);
  const std::string name = run.task->name();
  run.choose = [&](train::Options& options) { apply(arguments.choices, *run.task, options); };
  run.choose(*run.task->options());  // rejects a bad flag before anything is read
  // Not as if it had not been given: a script's variable was empty, and the bundled corpus is not what was meant.
  for (const std::string& option : arguments.empty)
    throw ValueError(option, "is empty; expected " +
                                 (option == "--out" ? "a directory, such as models/" + name : std::string("a file")));
  run.train_path = arguments.train;
  run.dev_path = arguments.dev;
  if (run.train_path.empty() && !run.dev_path.empty() && !arguments.resume)
    throw ValueError("--dev", fmt::format("was given without --train; give both, or neither to {}",
                                          run.task->makes_data() ? "learn from data that the task makes"
                                                                 : "use the corpus of data/"));
  if (run.train_path.empty() && !arguments.resume && !run.task->makes_data()) {
    run.train_path = bundled_data(name + "/train" + run.task->ending());
    run.dev_path = bundled_data(name + "/dev" + run.task->ending());
  }
  run.out = arguments.out.empty() ? "models/" + name : arguments.out;
  run.program = program_name();
  run.device = arguments.device;
  run.overwrite = arguments.overwrite;
  run.resume = arguments.resume;
  run.reading = arguments.reading;
  run.stop = [] { return stop_requested != 0; };
  run.begin = [] { run_begun = 1; };
  catch_signals();
  if (arguments.resume && arguments.overfit)
    throw ValueError("--overfit-one-batch", "starts anew and saves nothing; leave out --resume");
  if (arguments.resume && arguments.overwrite)
    throw ValueError("--overwrite", "is for a run that starts anew; leave out one of --overwrite and --resume");
  if (arguments.overfit) {
    const bool learned = train::overfit_one_batch(run);
    return stop_requested ? 128 + stop_requested : learned ? 0 : 1;
  }
  return train::run(run) == train::Outcome::interrupted ? 128 + stop_requested : 0;
}

}  // namespace

void add_train(CLI::App& app, Action& action, const train::Tasks& tasks) {
  CLI::App* command = app.add_subcommand("train", "Train a model on text, pictures, recordings or episodes");
  std::string reads;
  for (const train::Task* task : tasks)
    reads += fmt::format("{} for {}: {}", reads.empty() ? "Reads" : ";", task->name(), task->reads());
  command->footer(reads +
                  ".\nlemma train TASK --help lists the options of that task alone.\nCtrl-C finishes the step and "
                  "saves; --resume continues as if nothing had happened.");
  const auto a = std::make_shared<Arguments>();
  command->add_option("task", a->task, train::names_text(tasks))->required()->type_name("TASK");
  command
      ->add_option("--train", a->train,
                   "data to learn from, as said below (default: the corpus in data/, or data that the task makes)")
      ->type_name("FILE");
  command->add_option("--dev", a->dev, "data to score on (default: a part of --train, held out)")->type_name("FILE");
  command->add_option("--out", a->out, "directory for the model (default models/TASK)")->type_name("DIR");
  command->add_flag("--overwrite", a->overwrite,
                    "replace a finished model in --out with the first save, or one of another task");
  command->add_flag("--resume", a->resume, "continue the run that was saved in --out, with its options and data");
  command->add_flag("--overfit-one-batch", a->overfit,
                    "only check that the model can learn one batch by heart; saves nothing");
  add_reading(*command, a->reading);
  add_options(*command, tasks, a->choices);
  add_device(*command, a->device);
  add_threads(*command);
  command->callback([a, command, &action, &tasks] {
    for (const auto& [option, value] : {std::pair{"--train", &a->train}, {"--dev", &a->dev}, {"--out", &a->out}})
      if (command->count(option) > 0 && value->empty()) a->empty.push_back(option);
    action = [a, &tasks] { return run_train(*a, tasks); };
  });
}

}  // namespace lemma::cli
