#pragma once
/// Runs build/lemma as its users do: arguments, standard input, an exit status and two outputs.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "lemma/io/files.h"
#include "tests/build_dir.h"
#include "tests/catch.h"
#include "tests/temp_dir.h"

struct Program {
  int status = -1;  ///< exit status; 128 + n where a signal n ended it
  std::string out, err;
};

struct ProgramOptions {
  std::string input = {};                                             ///< standard input
  std::string directory = {};                                         ///< where it runs; empty: here
  std::vector<std::pair<std::string, std::string>> environment = {};  ///< set for it
  rlim_t largest_file = RLIM_INFINITY;                  ///< bytes that a file may grow to: a disk that is full
  std::function<void(pid_t)> meanwhile = [](pid_t) {};  ///< called while it runs
};

inline Program run_lemma(const std::vector<std::string>& arguments, const ProgramOptions& options = {}) {
  TempDir dir;
  lemma::io::write_file(dir / "in", options.input);
  const std::string program = build_dir() + "/lemma", in = dir / "in", out = dir / "out", err = dir / "err";
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) ::_exit(99);
    ::dup2(::open(in.c_str(), O_RDONLY), 0);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), 1);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), 2);
    ::setenv("LEMMA_NUM_THREADS", "1", 1);  // tiny models: threads would only cost
    for (const auto& [name, value] : options.environment) ::setenv(name.c_str(), value.c_str(), 1);
    if (options.largest_file != RLIM_INFINITY) {
      const rlimit limit{options.largest_file, options.largest_file};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      ::signal(SIGXFSZ, SIG_IGN);
    }
    ::execv(program.c_str(), argv.data());
    ::_exit(98);
  }
  options.meanwhile(child);
  int status = 0;
  ::waitpid(child, &status, 0);
  Program result;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = lemma::io::read_file(out);
  result.err = lemma::io::read_file(err);
  return result;
}

/// Small labelled files that a model can learn from in a second.
namespace tiny {

inline std::string sentiment(int count) {
  const char* good[] = {"a fine and warm film", "truly great food", "we loved the quiet hotel",
                        "a clever , funny book"};
  const char* bad[] = {"a dull and cold film", "truly awful food", "we hated the noisy hotel", "a silly , boring book"};
  std::string text;
  for (int i = 0; i < count; ++i) {
    const char* const* sentences = i % 2 ? good : bad;  // g++ 12 with -fsanitize=bounds gets (a ? b : c)[i] wrong
    text += std::string(sentences[i / 2 % 4]) + (i % 3 ? " indeed" : "") + "\t" + (i % 2 ? "good" : "bad") + "\n";
  }
  return text;
}

inline std::string ner(int count) {
  const char* names[] = {"Anna", "Bo", "Carla", "Dmitri"};
  const char* places[] = {"Oslo", "Lima", "Cairo", "Quito"};
  std::string text;
  for (int i = 0; i < count; ++i)
    text += std::string(names[i % 4]) + "\tB-PER\n" + (i % 2 ? "Berg\tI-PER\n" : "") + "lives\tO\nin\tO\n" +
            places[i / 2 % 4] + "\tB-LOC\n.\tO\n\n";
  return text;
}

/// Pictures of 4 x 4 pixels with a bar that stands or lies, and a grey of its own.
inline std::string image(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const bool stands = i % 2 == 0;
    for (int y = 0; y < 4; ++y)
      for (int x = 0; x < 4; ++x)
        text += std::to_string((stands ? x : y) == i / 2 % 4 ? 9 + i % 8 : (i + 3 * x + y) % 3) + ",";
    text += stands ? "stands\n" : "lies\n";
  }
  return text;
}

/// The options of a model that trains at once.
inline std::vector<std::string> options() {
  return {"--embed", "8", "--heads", "2", "--ff", "8", "--batch-size", "8", "--epochs", "2"};
}

}  // namespace tiny

/// A directory with good and bad files and two trained models, made once per test run.
class Playground {
 public:
  Playground() {
    using lemma::io::write_file;
    write_file(dir / "train.tsv", tiny::sentiment(40));
    write_file(dir / "dev.tsv", tiny::sentiment(12));
    write_file(dir / "train.conll", tiny::ner(40));
    write_file(dir / "dev.conll", tiny::ner(12));
    REQUIRE(train("sentiment", ".tsv").status == 0);
    REQUIRE(train("ner", ".conll").status == 0);
  }
  Program run(const std::vector<std::string>& arguments, ProgramOptions options = {}) const {
    options.directory = dir.path;
    return run_lemma(arguments, options);
  }
  /// Trains the tiny model of a task into the directory of its name.
  Program train(const std::string& task, const std::string& ending, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"train", task,           "--train", "train" + ending,
                                          "--dev", "dev" + ending, "--out",   task};
    for (const std::string& option : tiny::options()) arguments.push_back(option);
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  TempDir dir;
};

inline const Playground& playground() {
  static const Playground one;
  return one;
}
