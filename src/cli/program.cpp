#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/viz/wrap.h"

namespace lemma::cli {
namespace {

std::string about(const train::Tasks& tasks) {
  std::string learns;
  for (size_t i = 0; i < tasks.size(); ++i)
    learns += (i == 0 ? "" : i + 1 == tasks.size() ? " and " : ", ") + tasks[i]->learns();
  const std::string name = tasks.front()->name();
  return fmt::format(
      "Lemma learns {} from text files.\n"
      "Try:  lemma train {} --out models/{}\n"
      "      lemma predict --model models/{} \"{}\"",
      learns, name, name, name, tasks.front()->sample());
}

int fail(int status, std::string message) {
  for (char& c : message)
    if (c == '\n' || c == '\r') c = ' ';  // one line, whatever a file name holds
  // Not fmt: it throws when stderr cannot be written.
  message = viz::wrapped("lemma: " + words::printable(message), viz::columns_of(STDERR_FILENO));
  std::fputs((message + "\n").c_str(), stderr);
  return status;
}

// What was written last may still lie in a buffer: a full disk must not pass for success.
int finished(int status) {
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::cout.good() && std::ferror(stdout) == 0) return status;
  return status == 0 ? fail(2, std::string("[stdout] ") + kCannotWrite) : status;
}

// CLI11 would only say that a command is missing.
void refuse_unknown(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), argv[1]) == names.end())
    throw ValueError(
        "command", fmt::format("{} is not known; expected one of: {}", words::quote(argv[1]), fmt::join(names, ", ")));
}

// CLI11 would take "[a, b]" for a list, and what follows "--" for options of the program's.
void mark_texts(std::vector<std::string>& arguments) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  for (auto text = arguments.begin(); text != arguments.end(); ++text)
    if (text > end || text->starts_with('[')) text->insert(text->begin(), kWholeText);
  if (end != arguments.end()) arguments.erase(end);
}

// "lemma train lm --help" is about lm alone.
train::Tasks asked_about(int argc, char** argv, const train::Tasks& tasks) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const auto has = [&](const std::string& text) {
    return std::find(arguments.begin(), arguments.end(), text) != arguments.end();
  };
  if (arguments.size() < 3 || arguments[0] != "train" || !(has("--help") || has("-h"))) return tasks;
  for (const train::Task* task : tasks)
    if (arguments[1] == task->name()) return {task};
  return tasks;
}

int run(int argc, char** argv, const train::Tasks& all_tasks) {
  const train::Tasks tasks = asked_about(argc, argv, all_tasks);
  CLI::App app{about(tasks), "lemma"};
  app.set_version_flag("--version", std::string("lemma ") + kVersion);
  app.require_subcommand(1);
  app.option_defaults()->take_last();
  Action action;
  for (const auto add : {add_train, add_evaluate, add_predict, add_generate, add_play, add_logits, add_attention,
                         add_graph, add_compare, add_inspect, add_info, add_doctor})
    add(app, action, tasks);
  try {
    refuse_unknown(app, argc, argv);
    std::vector<std::string> arguments(argv + 1, argv + argc);
    if (argc > 1 && (arguments[0] == "predict" || arguments[0] == "generate")) mark_texts(arguments);
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    if (error.get_name() == "CallForHelp") {
      std::cout << viz::wrapped(app.help(), viz::columns_of(STDOUT_FILENO));
      return 0;
    }
    if (error.get_exit_code() == 0) return app.exit(error);  // --version
    const auto commands = app.get_subcommands();
    std::string text = error.what();
    if (error.get_name() == "ArgumentMismatch" && text.starts_with("--"))  // "--epochs: 1 required N missing"
      text = "[" + text.substr(0, text.find(':')) + "] was given without a value";
    if (text == "task is required") text = "[task] is missing; expected " + train::names_text(tasks);
    return fail(
        2, fmt::format("{}; see lemma{} --help", text, commands.empty() ? "" : " " + commands.front()->get_name()));
  }
  return action();
}

constexpr char kNoMemory[] = "lemma: out of memory; a smaller --batch-size, --max-len or model needs less\n";

// Some destructors, such as those of the JSON library, ask for memory. Where they find none nothing can catch it; what
// was saved before is whole all the same, and the user is told. Nothing here asks for memory.
[[noreturn]] void terminated() {
  try {
    if (std::current_exception()) throw;
  } catch (const std::bad_alloc&) {
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, kNoMemory, sizeof kNoMemory - 1);
    ::_exit(1);
  } catch (...) {
  }
  std::abort();
}

// A stream that was closed when the program began: a file opened later must not take its number and get what is meant
// for it. /dev/null, opened for reading, refuses whatever is written.
void occupy_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", O_RDONLY);  // takes the lowest free number, this one
}

}  // namespace

int main(int argc, char** argv, const train::Tasks& tasks) {
  occupy_closed_streams();
  std::set_terminate(terminated);
  std::signal(SIGXFSZ, SIG_IGN);  // a write past a file size limit then fails and is reported, as on a full disk
  std::signal(SIGPIPE, SIG_DFL);  // who reads no further wants no more: some parents have it ignored
  try {
    if (argc > 0) program_name() = argv[0];
    return finished(run(argc, argv, tasks));
  } catch (const IoError& error) {
    return fail(2, error.what());
  } catch (const ValueError& error) {
    return fail(2, error.what());
  } catch (const DeviceError& error) {
    return fail(2, error.what());
  } catch (const MemoryError& error) {
    return fail(2, error.what());  // a device's: a smaller run may fit
  } catch (const std::bad_alloc&) {
    std::fputs(kNoMemory, stderr);
    return 1;
  } catch (const std::exception& error) {
    return fail(1, error.what());
  }
}

}  // namespace lemma::cli
