// Runs every snippet of the documentation and compares what it prints with what its page promises.

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

#include "tests/snippets/prelude.h"
#include "tests/temp_dir.h"

namespace {

/// Standard output as text, while it lives.
class Captured {
 public:
  Captured() : kept_(dup(1)), file_(std::tmpfile()) {
    flush();
    dup2(fileno(file_), 1);
  }
  ~Captured() { restore(); }
  std::string text() {
    restore();
    std::string out;
    std::rewind(file_);
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) out += static_cast<char>(c);
    return out;
  }

 private:
  static void flush() {
    std::cout.flush();
    std::fflush(stdout);
  }
  void restore() {
    if (kept_ < 0) return;
    flush();
    dup2(kept_, 1);
    close(kept_);
    kept_ = -1;
  }
  int kept_;
  std::FILE* file_;
};

}  // namespace

int main() {
  int failed = 0, compared = 0;
  const TempDir directory;  // where snippets save their files
  std::filesystem::current_path(directory.path);
  for (const Snippet& snippet : snippets()) {
    if (!snippet.runs) continue;
    lemma::manual_seed(1);
    std::string printed, problem;
    {
      Captured output;
      try {
        snippet.run();
      } catch (const std::exception& error) {
        problem = error.what();
      }
      printed = output.text();
    }
    if (!problem.empty()) {
      std::printf("%s: throws %s\n", snippet.where, problem.c_str());
      ++failed;
    } else if (snippet.expected && printed != snippet.expected) {
      std::printf("%s: promises\n%sbut prints\n%s", snippet.where, snippet.expected, printed.c_str());
      ++failed;
    }
    compared += snippet.expected != nullptr;
  }
  std::printf("%zu snippets, %d outputs compared, %d failed\n", snippets().size(), compared, failed);
  return failed == 0 && compared > 0 ? 0 : 1;
}
