// lemma train sentiment|ner
#include <csignal>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "cli/cli.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/tensor.h"
#include "lemma/train/run.h"

namespace lemma::cli {
namespace {

using train::ModelConfig;
using train::TrainOptions;

volatile std::sig_atomic_t stop_requested = 0;

// The first Ctrl-C asks the run to save and leave; the second one ends it at once.
void on_signal(int signal) {
  stop_requested = 1;
  std::signal(signal, SIG_DFL);
}

struct Arguments {
  std::string task, train, dev, out;
  Device device = Device::cpu();
  bool out_given = false, resume = false, overfit = false, replace_invalid = false;
  std::vector<std::function<void(ModelConfig&, TrainOptions&)>> choices;
};
using Shared = std::shared_ptr<Arguments>;

void add_integer(CLI::App& command, const Shared& arguments, const char* option, int64_t least, const char* help,
                 std::function<void(ModelConfig&, TrainOptions&, int64_t)> set) {
  command
      .add_option_function<std::string>(
          option,
          [=](const std::string& text) {
            const int64_t value = parse_integer(option, text, least);
            arguments->choices.push_back(
                [=](ModelConfig& model, TrainOptions& options) { set(model, options, value); });
          },
          help)
      ->type_name("N");
}

void add_number(CLI::App& command, const Shared& arguments, const char* option, const char* help,
                std::function<void(ModelConfig&, TrainOptions&, double)> set) {
  command
      .add_option_function<std::string>(
          option,
          [=](const std::string& text) {
            const double value = parse_number(option, text);
            arguments->choices.push_back(
                [=](ModelConfig& model, TrainOptions& options) { set(model, options, value); });
          },
          help)
      ->type_name("X");
}

void add_choices(CLI::App& c, const Shared& a) {
  using M = ModelConfig;
  using T = TrainOptions;
  add_integer(c, a, "--epochs", 1, "passes over the training data (default: about 1,500 steps, 3 to 20 epochs)",
              [](M&, T& t, int64_t n) { t.epochs = n; });
  add_integer(c, a, "--batch-size", 1, "texts a step (default 32)", [](M&, T& t, int64_t n) { t.batch_size = n; });
  add_integer(c, a, "--embed", 1, "width of the model (default 128)", [](M& m, T&, int64_t n) { m.embed = n; });
  add_integer(c, a, "--heads", 1, "attention heads; the width is a multiple of it (default 4)",
              [](M& m, T&, int64_t n) { m.heads = n; });
  add_integer(c, a, "--layers", 1, "encoder layers (default 1)", [](M& m, T&, int64_t n) { m.layers = n; });
  add_integer(c, a, "--ff", 1, "width of the feed-forward blocks (default 256)", [](M& m, T&, int64_t n) { m.ff = n; });
  add_number(c, a, "--dropout",
             "dropout everywhere (default: 0.3 on embeddings, 0.1 in layers, 0.5 or 0.3 before the last)",
             [](M& m, T&, double p) { m.embed_dropout = m.layer_dropout = m.head_dropout = p; });
  add_number(c, a, "--token-dropout", "share of words hidden in training (default: sentiment 0.2, ner 0.1)",
             [](M&, T& t, double p) { t.token_dropout = p; });
  add_number(c, a, "--lr", "peak learning rate (default 0.001)", [](M&, T& t, double x) { t.lr = x; });
  add_number(c, a, "--weight-decay", "AdamW's decay of matrices (default 0.01)",
             [](M&, T& t, double x) { t.weight_decay = x; });
  add_integer(c, a, "--warmup", 1, "steps until the peak (default: a tenth of the default steps)",
              [](M&, T& t, int64_t n) { t.warmup = n; });
  add_number(c, a, "--clip", "largest gradient norm; 0: no limit (default 1)", [](M&, T& t, double x) { t.clip = x; });
  add_integer(c, a, "--max-len", 0, "tokens of a training text; what is cut is said; 0: no limit (default 512)",
              [](M&, T& t, int64_t n) { t.max_len = n; });
  add_integer(c, a, "--min-count", 1, "rarer words are unknown (default 2)",
              [](M&, T& t, int64_t n) { t.min_count = n; });
  add_integer(c, a, "--patience", 0, "stop after so many epochs without a better score; 0: never (default 0)",
              [](M&, T& t, int64_t n) { t.patience = n; });
  add_integer(c, a, "--seed", 0, "same seed, same weights, bit for bit, for any number of threads (default 1)",
              [](M&, T& t, int64_t n) { t.seed = static_cast<uint64_t>(n); });
}

DType parse_precision(const std::string& text) {
  for (const DType dtype : {DType::float32, DType::bfloat16, DType::float16})
    if (text == name(dtype)) return dtype;
  throw ValueError("--precision",
                   fmt::format("{} was given; expected float32, bfloat16 or float16", words::quote(text)));
}

std::string what_is_kept(const train::Run& run) {
  if (!io::exists(io::join(run.out, "config.json"))) return "nothing was saved yet";
  return fmt::format("{} is as it was last saved, and --resume goes on from there", run.out);
}

int run_train(const Arguments& arguments) {
  train::Run run;
  run.task = train::parse_task(arguments.task);
  const std::string name = train::name(run.task);
  run.choose = [&](ModelConfig& model, TrainOptions& options) {
    for (const auto& choice : arguments.choices) choice(model, options);
  };
  run.train_path = arguments.train;
  run.dev_path = arguments.dev;
  if (run.train_path.empty() && !run.dev_path.empty() && !arguments.resume)
    throw ValueError("--dev", "was given without --train; give both, or neither to use the corpus of data/");
  if (run.train_path.empty() && !arguments.resume) {
    const std::string ending = run.task == train::Task::sentiment ? ".tsv" : ".conll";
    run.train_path = bundled_data(name + "/train" + ending);
    run.dev_path = bundled_data(name + "/dev" + ending);
  }
  if (arguments.out_given && arguments.out.empty())
    throw ValueError("--out", "is empty; expected a directory, such as models/" + name);
  run.out = arguments.out.empty() ? "models/" + name : arguments.out;
  run.program = program_name();
  run.device = arguments.device;
  run.resume = arguments.resume;
  run.replace_invalid = arguments.replace_invalid;
  run.stop = [] { return stop_requested != 0; };
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, on_signal);
  try {
    if (arguments.overfit) return train::overfit_one_batch(run) ? 0 : 1;
    return train::run(run) == train::Outcome::interrupted ? 130 : 0;
  } catch (const MemoryError& error) {
    throw MemoryError(error.where(),
                      fmt::format("{}: --batch-size, --max-len, --embed; {}", error.message(), what_is_kept(run)));
  } catch (const DeviceLostError& error) {
    throw DeviceLostError(error.where(), fmt::format("{}; {}", error.message(), what_is_kept(run)), error.devices);
  }
}

}  // namespace

void add_train(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("train", "Train a model on labelled text");
  command->footer(
      "Reads for sentiment: `sentence<TAB>label`, `label sentence` lines, or CSV; for ner: CoNLL columns, token first, "
      "tag last.\n"
      "Ctrl-C finishes the step and saves; --resume goes on as if nothing had happened.");
  const auto a = std::make_shared<Arguments>();
  command->add_option("task", a->task, "sentiment or ner")->required()->type_name("TASK");
  command->add_option("--train", a->train, "labelled texts to learn from (default: the corpus in data/)")
      ->type_name("FILE");
  command->add_option("--dev", a->dev, "labelled texts to score on (default: the last tenth of --train)")
      ->type_name("FILE");
  command->add_option("--out", a->out, "directory for the model (default models/TASK)")->type_name("DIR");
  command->add_flag("--resume", a->resume, "continue the run that was saved in --out, with its options and data");
  command->add_flag("--overfit-one-batch", a->overfit,
                    "only check that the model can learn one batch by heart; saves nothing");
  command->add_flag("--replace-invalid", a->replace_invalid,
                    "replace bytes that are no UTF-8 instead of refusing the file");
  add_choices(*command, a);
  add_device(*command, a->device);
  command
      ->add_option_function<std::string>(
          "--precision",
          [a](const std::string& text) {
            const DType precision = parse_precision(text);
            a->choices.push_back([=](ModelConfig&, TrainOptions& options) { options.precision = precision; });
          },
          "of products: float32, bfloat16 or float16; weights stay float32 (default float32)")
      ->type_name("NAME");
  add_threads(*command);
  command->callback([a, command, &action] {
    a->out_given = command->count("--out") > 0;
    action = [a] { return run_train(*a); };
  });
}

}  // namespace lemma::cli
