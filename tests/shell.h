#pragma once
/// Shell commands that run the program, for what only a shell can set up: limits, pipes, a full disk.
#include <cstdlib>

#include "lemma/core/words.h"
#include "tests/program.h"

/// Runs a command of bash in the playground, with "lemma" for the program; what it printed is in the files it names.
inline int shell(const std::string& command) {
  const std::string all = "cd " + lemma::words::shell_quote(playground().dir.path) +
                          " && export LEMMA_NUM_THREADS=1 && lemma() { " +
                          lemma::words::shell_quote(build_dir() + "/lemma") + " \"$@\"; } && " + command;
  const int status = std::system(("bash -c " + lemma::words::shell_quote(all)).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

inline std::string written(const std::string& name) { return lemma::io::read_file(playground().dir / name); }
