// lemma inspect: how a file of labelled examples is understood.
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.h"
#include "lemma/core/error.h"
#include "lemma/io/files.h"

namespace lemma::cli {
namespace {

struct Arguments {
  std::string file, task;
  train::ReadOptions reading;
};

// The first task that can read the file says how. Where none can, each says why.
int run_inspect(const Arguments& arguments, const train::Tasks& tasks) {
  train::Tasks asked(tasks.rbegin(), tasks.rend());  // those with a label for every token are the harder to satisfy
  if (!arguments.task.empty()) asked = {&train::find(tasks, arguments.task)};
  if (arguments.file.empty()) throw ValueError("file", "is an empty name; expected a file");
  const io::ReadOnce pipes;  // a pipe gives its text once, and every task wants it
  std::vector<std::string> reasons;
  std::string first;
  bool same = true;
  for (const train::Task* task : asked) {
    try {
      std::string text = task->inspect(arguments.file, arguments.reading);
      if (text.empty()) continue;
      if (text.ends_with('\n')) text.pop_back();
      print_wrapped(text);
      return 0;
    } catch (const IoError& error) {
      if (asked.size() == 1 || error.where() == "stdout") throw;
      // Of a directory, who reads files has nothing to say, and the other way round.
      if (error.message().starts_with("is a directory") || error.message().starts_with("is a file")) continue;
      reasons.push_back(fmt::format("for {}: [{}] {}", task->name(), error.where(), error.message()));
      same = same && (reasons.size() == 1 || error.message() == first);
      if (reasons.size() == 1) first = error.message();
    }
  }
  if (!io::exists(arguments.file))
    throw IoError(arguments.file, "does not exist; expected a file of data, or a directory");
  if (reasons.empty())
    throw IoError(arguments.file, io::is_directory(arguments.file) ? "is a directory, which no task here reads"
                                                                   : "no task here can say how it reads it");
  if (same) throw IoError(arguments.file, first);  // no file at all, say
  throw IoError(arguments.file, fmt::format("is read by no task; {}", fmt::join(reasons, "; ")));
}

}  // namespace

void add_reading(CLI::App& command, train::ReadOptions& reading) {
  const auto column = [&](const char* flag, std::string& value, const char* help) {
    command.add_option(flag, value, help)->type_name("COLUMN");
  };
  column("--text-column", reading.text_column, "the column of texts, by name or number from 1 (default: found)");
  column("--label-column", reading.label_column, "the column of their labels");
  column("--token-column", reading.token_column, "the column of tokens, where each has a tag");
  column("--tag-column", reading.tag_column, "the column of their tags");
  command.add_flag("--skip-bad-lines", reading.skip_bad_lines,
                   "leave out lines that do not read, and say how many, instead of refusing the file");
  command.add_flag("--fold-case", reading.fold_case, "labels that differ only by case are one");
  command.add_flag("--resize", reading.resize,
                   "bring pictures of another size to that of the first, or of the model's, instead of refusing them");
  command.add_flag("--replace-invalid", reading.replace_invalid,
                   "replace bytes that are not UTF-8 instead of refusing the file");
  add_sound_reading(command, reading);
}

void add_sound_reading(CLI::App& command, train::ReadOptions& reading) {
  command.add_flag("--resample", reading.resample,
                   "bring recordings of another rate to that of the first, or the model's, instead of refusing them");
  command.add_flag("--mix", reading.mix, "take the mean of a recording's channels instead of refusing several");
}

void add_inspect(CLI::App& app, Action& action, const train::Tasks& tasks) {
  CLI::App* command = app.add_subcommand("inspect", "Show how a file of data, or a directory, is understood");
  command->footer(
      "Format, columns, labels with counts, the first examples, what was odd, and the options that would change it.");
  const auto a = std::make_shared<Arguments>();
  command->add_option("file", a->file, "the file")->required()->type_name("FILE");
  command->add_option("--task", a->task, train::names_text(tasks) + " (default: whichever reads it)")
      ->type_name("TASK");
  add_reading(*command, a->reading);
  command->callback([a, &action, &tasks] { action = [a, &tasks] { return run_inspect(*a, tasks); }; });
}

}  // namespace lemma::cli
