// The check of #include arrows is itself checked: each kind of wrong arrow is caught, and the tree as it stands passes.
#include <stdio.h>
#include <sys/wait.h>

#include "lemma/io/files.h"
#include "tests/catch.h"
#include "tests/temp_dir.h"

namespace {

struct Outcome {
  int status;
  std::string output;
};

Outcome check_arrows(const std::string& root) {
  const std::string command = "sh '" LEMMA_SOURCE_DIR "/scripts/check_arrows.sh' '" + root + "' 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  Outcome outcome;
  char buffer[4096];
  for (size_t n; (n = ::fread(buffer, 1, sizeof buffer, pipe)) > 0;) outcome.output.append(buffer, n);
  outcome.status = WEXITSTATUS(::pclose(pipe));
  return outcome;
}

// A tree of one file that holds `text`.
Outcome check_one(const std::string& file, const std::string& text) {
  TempDir dir;
  for (const char* part : {"include/lemma", "src"}) std::filesystem::create_directories(dir / part);
  std::filesystem::create_directories(std::filesystem::path(dir / file).parent_path());
  lemma::io::write_file(dir / file, text);
  return check_arrows(dir.path);
}

}  // namespace

TEST_CASE("include arrows point down in the whole tree, and no file is over 400 lines") {
  const Outcome outcome = check_arrows(LEMMA_SOURCE_DIR);
  INFO(outcome.output);
  CHECK(outcome.status == 0);
}

TEST_CASE("an include arrow that points up is caught") {
  const struct {
    const char *file, *include, *complaint;
  } wrong[] = {
      {"src/core/a.cpp", "kernels/kernels.h",
       "src/core/a.cpp:1: core includes kernels/kernels.h of kernels, which is above it\n"},
      {"src/kernels/cpu/a.cpp", "lemma/tensor.h",
       "src/kernels/cpu/a.cpp:1: kernels includes lemma/tensor.h of autograd, which is above it\n"},
      {"src/ops/a.cpp", "lemma/nn/linear.h",
       "src/ops/a.cpp:1: ops includes lemma/nn/linear.h of nn, which is above it\n"},
      {"include/lemma/nn/a.h", "kernels/kernels.h",
       "include/lemma/nn/a.h:1: nn includes kernels/kernels.h; above ops nothing names a kernel\n"},
      {"src/optim/a.cpp", "kernels/cpu/simd.h",
       "src/optim/a.cpp:1: optim includes kernels/cpu/simd.h; above ops nothing names a kernel\n"},
      {"src/text/a.cpp", "lemma/core/storage.h",
       "src/text/a.cpp:1: text includes lemma/core/storage.h; above ops nothing names storage\n"},
      {"src/data/a.cpp", "lemma/train/trainer.h",
       "src/data/a.cpp:1: data includes lemma/train/trainer.h of train, which is above it\n"},
      {"src/train/a.cpp", "cli/options.h",
       "src/train/a.cpp:1: train includes cli/options.h of cli, which is above it\n"},
      {"src/attic/a.cpp", "lemma/tensor.h", "src/attic/a.cpp:1: lies in no room of the house\n"},
  };
  for (const auto& [file, include, complaint] : wrong) {
    const Outcome outcome = check_one(file, "#include \"" + std::string(include) + "\"\n");
    CAPTURE(outcome.output);
    CHECK(outcome.status != 0);
    CHECK(outcome.output.find(complaint) != std::string::npos);
  }
}

TEST_CASE("include arrows that point down pass") {
  CHECK(check_one("src/optim/a.cpp", "#include \"kernels/kernels.h\"\n").status == 0);
  CHECK(check_one("src/kernels/a.cpp", "#include \"lemma/core/storage.h\"\n#include \"hwy/highway.h\"\n").status == 0);
  CHECK(check_one("src/cli/a.cpp", "#include \"lemma/train/trainer.h\"\n#include \"lemma/lemma.h\"\n").status == 0);
}

TEST_CASE("a file over 400 lines is caught") {
  std::string lines;
  for (int i = 0; i < 400; ++i) lines += "//\n";
  CHECK(check_one("src/core/a.cpp", lines).status == 0);
  CHECK(check_one("src/core/a.cpp", lines + "//\n")
            .output.find("src/core/a.cpp:401: has more than 400 lines: make two files of it\n") != std::string::npos);
}
