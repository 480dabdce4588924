#pragma once
/// Runs the program's own main in this process, with tasks that a test made up, in a directory of its own.
#include <filesystem>

#include "cli/cli.h"
#include "tests/program.h"

class InProcess {
 public:
  explicit InProcess(lemma::train::Tasks tasks) : tasks_(std::move(tasks)) {}

  Program run(std::vector<std::string> arguments) const {
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(dir.path);
    arguments.insert(arguments.begin(), "lemma");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    Program program;
    {
      const Redirected out(stdout, logs_ / "out"), err(stderr, logs_ / "err");
      program.status = lemma::cli::main(static_cast<int>(argv.size()), argv.data(), tasks_);
    }
    std::filesystem::current_path(before);
    program.out = lemma::io::read_file(logs_ / "out");
    program.err = lemma::io::read_file(logs_ / "err");
    return program;
  }
  TempDir dir;

 private:
  // A stream goes to a file while it lives.
  class Redirected {
   public:
    Redirected(std::FILE* stream, const std::string& path) : stream_(stream) {
      std::fflush(stream_);
      kept_ = ::dup(::fileno(stream_));
      const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      ::dup2(file, ::fileno(stream_));
      ::close(file);
    }
    ~Redirected() {
      std::fflush(stream_);
      ::dup2(kept_, ::fileno(stream_));
      ::close(kept_);
    }
    Redirected(const Redirected&) = delete;
    Redirected& operator=(const Redirected&) = delete;

   private:
    std::FILE* stream_;
    int kept_ = -1;
  };

  lemma::train::Tasks tasks_;
  TempDir logs_;
};
