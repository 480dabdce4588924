// lemma generate: what a model writes after a prompt, or in answer to it.
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "cli/cli.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/train/model_dir.h"

namespace lemma::cli {
namespace {

constexpr int64_t kMostBeams = 1000;  // each holds a cache and the logits of all tokens

struct Arguments {
  std::string model, prompt, end;
  nn::GenerateOptions options{.max = 200};
  uint64_t seed = 1;
  Device device = Device::cpu();
};

void write(std::string_view text) {
  const std::string shown = words::printable(text, true);
  if (std::fwrite(shown.data(), 1, shown.size(), stdout) != shown.size() || std::fflush(stdout) != 0)
    throw IoError("stdout", kCannotWrite);
}

int run_generate(const Arguments& arguments, const train::Tasks& tasks) {
  const train::SavedModel saved = train::load_model(arguments.model, tasks);
  saved.learner->module().to(arguments.device);
  Generator chance{.seed = arguments.seed};
  train::Writing how{.options = arguments.options, .end = arguments.end};
  how.options.generator = &chance;
  if (!saved.task->continues()) {
    write(saved.learner->generate("--prompt", arguments.prompt, how) + "\n");
    return 0;
  }
  bool begun = false;  // the prompt is shown once it is known to be one
  how.on_text = [&](std::string_view piece) {
    if (!std::exchange(begun, true)) write(arguments.prompt);
    write(piece);
  };
  saved.learner->generate("--prompt", arguments.prompt, how);
  write(begun ? "\n" : arguments.prompt + "\n");
  return 0;
}

double at_least(const std::string& option, const std::string& text, double least, bool itself) {
  const double value = parse_number(option, text);
  if (value < least || (value == least && !itself))
    throw ValueError(option,
                     fmt::format("{} was given; expected a number {}", text,
                                 itself ? fmt::format("of {} or more", least) : fmt::format("above {}", least)));
  return value;
}

}  // namespace

void add_generate(CLI::App& app, Action& action, const train::Tasks& tasks) {
  CLI::App* command = app.add_subcommand("generate", "Write text with a model of lm or translation");
  command->footer(
      "A model of lm continues the prompt; one of translation answers it. The same seed gives the same text.");
  const auto a = std::make_shared<Arguments>();
  nn::GenerateOptions& o = a->options;
  constexpr int64_t kAny = std::numeric_limits<int64_t>::max();
  const auto real = [&](const char* flag, double& value, double least, bool itself, const char* help) {
    command
        ->add_option_function<std::string>(
            flag, [=, &value](const std::string& text) { value = at_least(flag, text, least, itself); }, help)
        ->type_name("X");
  };
  command->add_option("--model", a->model, "model directory")->required()->type_name("DIR");
  command->add_option("--prompt", a->prompt, "where the text begins, or the text to translate (default: nothing)")
      ->type_name("TEXT");
  add_whole(*command, "--max", o.max, 1, kAny, "tokens to write at most (default 200)");
  real("--temperature", o.temperature, 0, true,
       "divides the logits: below 1 safer, above 1 wilder; 0: always the likeliest token (default 1)");
  add_whole(*command, "--top-k", o.top_k, 1, kAny, "choose among the N likeliest tokens (default: all)");
  command
      ->add_option_function<std::string>(
          "--top-p",
          [&o](const std::string& text) {
            o.top_p = at_least("--top-p", text, 0, false);
            if (o.top_p > 1)
              throw ValueError("--top-p", text + " was given; expected a probability above 0, at most 1");
          },
          "choose among the likeliest tokens that together have this probability (default 1)")
      ->type_name("P");
  add_whole(*command, "--beams", o.beams, 1, kMostBeams,
            "above 1: beam search, the likeliest text instead of a drawn one (default 1)");
  real("--length-penalty", o.length_penalty, 0, true, "of beam search: above 1 favours longer texts (default 1)");
  real("--repetition-penalty", o.repetition_penalty, 0, false,
       "above 1: avoid tokens that were there before (default 1)");
  command->add_option("--end", a->end, "a token, such as a character, that ends the text")->type_name("TOKEN");
  add_whole(*command, "--seed", a->seed, 0, kAny, "of chance (default 1)");
  add_device(*command, a->device);
  add_threads(*command);
  command->callback([a, command, &action, &tasks] {
    if (command->count("--end") > 0 && a->end.empty()) throw ValueError("--end", "is empty; expected a token");
    for (std::string* text : {&a->model, &a->prompt, &a->end})
      if (text->starts_with(kWholeText)) text->erase(0, 1);
    action = [a, &tasks] { return run_generate(*a, tasks); };
  });
}

}  // namespace lemma::cli
