// lemma predict: one JSON object per text.
#include <sys/stat.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/cli.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/train/model_dir.h"
#include "lemma/viz/terminal.h"

namespace lemma::cli {
namespace {

struct Arguments {
  std::string model;
  std::vector<std::string> texts;
  bool pretty = false;
  std::optional<double> threshold;
  train::ReadOptions reading;
  Device device = Device::cpu();
};

void predict(train::Learner& learner, const std::string& where, const std::string& text, bool for_people) {
  print_line(for_people ? learner.predict_for_people(where, text, viz::shows_colour(STDOUT_FILENO))
                        : learner.predict(where, text));
}

// The line of a text that cannot be answered: every line of input has one of output.
std::string failure(const std::string& text, const IoError& error, bool for_people) {
  if (for_people) return fmt::format("error: [{}] {}", error.where(), error.message());
  const nlohmann::ordered_json line = {{"text", text}, {"error", error.message()}};
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// Answers texts one by one; those without an answer get a line of their own, and are counted.
class Answers {
 public:
  Answers(train::Learner& learner, bool for_people) : learner_(learner), for_people_(for_people) {}
  void add(const std::string& where, const std::string& text) {
    ++texts_;
    try {
      predict(learner_, where, text, for_people_);
    } catch (const IoError& error) {
      if (error.where() != where) throw;  // not about the text
      if (++failed_ == 1) first_ = {where, error.message()};
      print_line(failure(text, error, for_people_));
    }
  }
  int64_t texts() const { return texts_; }
  /// Throws IoError about the first text without an answer, if there is one.
  void check(const char* what) const {
    if (failed_ > 0)
      throw IoError(first_.where, fmt::format("{} (no answer to {} of {}; each has a line with \"error\")", first_.what,
                                              words::grouped(failed_), words::plural(texts_, what)));
  }

 private:
  train::Learner& learner_;
  bool for_people_;
  int64_t texts_ = 0, failed_ = 0;
  struct {
    std::string where, what;
  } first_;  // failure
};

int run_predict(const Arguments& arguments, const train::Tasks& tasks) {
  const train::SavedModel saved = train::load_model(arguments.model, tasks);
  if (arguments.threshold) saved.learner->set_threshold(*arguments.threshold);
  if (arguments.reading != train::ReadOptions{}) saved.learner->set_reading(arguments.reading);
  saved.learner->module().to(arguments.device);
  if (arguments.pretty && viz::shows_colour(STDOUT_FILENO))
    if (const std::string legend = saved.learner->legend(true); !legend.empty()) print_line(legend);
  if (arguments.texts.size() == 1) {
    predict(*saved.learner, "text 1", arguments.texts[0], arguments.pretty);
    return 0;
  }
  Answers answers(*saved.learner, arguments.pretty);
  for (const std::string& text : arguments.texts) answers.add(fmt::format("text {}", answers.texts() + 1), text);
  answers.check("text");
  if (!arguments.texts.empty()) return 0;
  struct stat in {};
  if (::fstat(STDIN_FILENO, &in) == 0 && S_ISDIR(in.st_mode))
    throw IoError("stdin", "is a directory; give texts as arguments, or one per line");
  for (std::string text; std::getline(std::cin, text);) {
    if (text.ends_with('\r')) text.pop_back();
    answers.add(fmt::format("stdin:{}", answers.texts() + 1), text);
  }
  if (answers.texts() == 0) throw IoError("stdin", "is empty; give texts as arguments, or one per line");
  answers.check("line");
  return 0;
}

}  // namespace

void add_predict(CLI::App& app, Action& action, const train::Tasks& tasks) {
  CLI::App* command = app.add_subcommand("predict", "Label texts; prints one JSON object per text");
  command->footer("Without TEXT, reads one text per line from standard input.");
  const auto a = std::make_shared<Arguments>();
  command->add_option("--model", a->model, "model directory")->required()->type_name("DIR");
  command->add_option("text", a->texts, "texts to label")->type_name("TEXT");
  command->add_flag("--pretty", a->pretty, "for people instead of programs: in colour on a terminal");
  add_threshold(*command, a->threshold);
  add_sound_reading(*command, a->reading);
  add_device(*command, a->device);
  add_threads(*command);
  command->callback([a, &action, &tasks] {
    const auto unmark = [](std::string& text) {
      if (text.starts_with(kWholeText)) text.erase(0, 1);
    };
    unmark(a->model);
    for (std::string& text : a->texts) unmark(text);
    action = [a, &tasks] { return run_predict(*a, tasks); };
  });
}

}  // namespace lemma::cli
