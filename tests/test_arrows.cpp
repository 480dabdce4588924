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

struct File {
  std::string path, text;
};
// A tree of these files.
Outcome check_tree(const std::vector<File>& files) {
  TempDir dir;
  for (const char* part : {"include/lemma", "src"}) std::filesystem::create_directories(dir / part);
  for (const auto& [path, text] : files) {
    std::filesystem::create_directories(std::filesystem::path(dir / path).parent_path());
    lemma::io::write_file(dir / path, text);
  }
  return check_arrows(dir.path);
}
Outcome check_one(const std::string& file, const std::string& text) { return check_tree({{file, text}}); }

void check_caught(const Outcome& outcome, const std::string& complaint) {
  INFO(outcome.output);
  INFO("expected: " << complaint);
  CHECK(outcome.status != 0);
  CHECK(outcome.output.find(complaint + "\n") != std::string::npos);
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
       "src/core/a.cpp:1: core includes kernels/kernels.h of kernels, which is above it"},
      {"src/tape/a.cpp", "ops/check.h", "src/tape/a.cpp:1: tape includes ops/check.h of ops, which is above it"},
      {"src/ops/a.cpp", "lemma/nn/linear.h",
       "src/ops/a.cpp:1: ops includes lemma/nn/linear.h of nn, which is above it"},
      {"include/lemma/nn/a.h", "kernels/kernels.h",
       "include/lemma/nn/a.h:1: nn includes kernels/kernels.h; above ops nothing names a kernel"},
      {"src/autograd/a.cpp", "kernels/kernels.h",
       "src/autograd/a.cpp:1: autograd includes kernels/kernels.h; above ops nothing names a kernel"},
      {"src/optim/a.cpp", "kernels/cpu/simd.h",
       "src/optim/a.cpp:1: optim includes kernels/cpu/simd.h; above ops nothing names a kernel"},
      {"src/text/a.cpp", "lemma/core/storage.h",
       "src/text/a.cpp:1: text includes lemma/core/storage.h; above ops nothing names storage"},
      {"src/data/a.cpp", "lemma/train/trainer.h",
       "src/data/a.cpp:1: data includes lemma/train/trainer.h of train, which is above it"},
      {"src/train/a.cpp", "tasks/ner/model.h",
       "src/train/a.cpp:1: train includes tasks/ner/model.h of tasks, which is above it"},
      {"src/tasks/ner/a.cpp", "cli/options.h",
       "src/tasks/ner/a.cpp:1: tasks includes cli/options.h of cli, which is above it"},
      {"emulator/a.cpp", "lemma/core/error.h",
       "emulator/a.cpp:1: emulator includes lemma/core/error.h of core, which is above it"},
      {"src/attic/a.cpp", "lemma/tensor.h", "src/attic/a.cpp:1: lies in no room of the house"},
      {"src/cli/a.cpp", "nowhere.h", "src/cli/a.cpp:1: includes nowhere.h, which is nowhere in the house"},
  };
  for (const auto& [file, include, complaint] : wrong)
    check_caught(check_one(file, "#include \"" + std::string(include) + "\"\n"), complaint);
}

TEST_CASE("headers directly under include/lemma belong to a room, and point nowhere but down") {
  check_caught(check_one("src/kernels/cpu/a.cpp", "#include \"lemma/tensor.h\"\n"),
               "src/kernels/cpu/a.cpp:1: kernels includes lemma/tensor.h of tape, which is above it");
  check_caught(check_one("src/tape/a.cpp", "#include \"lemma/ops.h\"\n"),
               "src/tape/a.cpp:1: tape includes lemma/ops.h of ops, which is above it");
  check_caught(check_one("src/ops/a.cpp", "#include \"lemma/autograd.h\"\n"),
               "src/ops/a.cpp:1: ops includes lemma/autograd.h of autograd, which is above it");
  check_caught(check_one("src/train/a.cpp", "#include \"lemma/lemma.h\"\n"),
               "src/train/a.cpp:1: train includes lemma/lemma.h of tasks, which is above it");
  check_caught(check_one("include/lemma/tensor.h", "#include \"lemma/ops.h\"\n"),
               "include/lemma/tensor.h:1: tape includes lemma/ops.h of ops, which is above it");
  check_caught(check_one("include/lemma/attic.h", ""), "include/lemma/attic.h:1: lies in no room of the house");
  check_caught(check_one("src/cli/a.cpp", "#include \"lemma/attic.h\"\n"),
               "src/cli/a.cpp:1: includes lemma/attic.h, which belongs to no room of the house");
}

TEST_CASE("arrows are seen however the include is written") {
  const std::string up = "src/core/a.cpp:1: core includes lemma/ops.h of ops, which is above it";
  check_caught(check_one("src/core/a.cpp", "#include <lemma/ops.h>\n"), up);
  check_caught(check_one("src/core/a.cpp", "  #  include  \"lemma/ops.h\"  // why\n"), up);
  check_caught(check_one("src/core/a.cpp", "#define HWY_TARGET_INCLUDE \"kernels/cpu/a.cpp\"\n"),
               "src/core/a.cpp:1: core includes kernels/cpu/a.cpp of kernels, which is above it");
  check_caught(check_one("src/core/a.cpp", "#include GENERATED\n"),
               "src/core/a.cpp:1: an include by a macro hides where it leads");
  check_caught(check_tree({{"src/core/a.cpp", "#include \"../ops/b.h\"\n"}, {"src/ops/b.h", ""}}),
               "src/core/a.cpp:1: core includes src/ops/b.h of ops, which is above it");
  CHECK(check_tree({{"src/data/a.cpp", "#include \"b.h\"\n"}, {"src/data/b.h", ""}}).status == 0);
}

TEST_CASE("rooms of one storey that lead to each other in a circle are caught") {
  const File optim{"src/optim/a.cpp", "#include \"lemma/io/b.h\"\n"};
  const File io{"include/lemma/io/b.h", "\n#include \"lemma/nn/c.h\"\n"};
  const File nn{"src/nn/c.cpp", "#include \"lemma/optim/a.h\"\n"};
  CHECK(check_tree({optim, io}).status == 0);
  CHECK(check_tree({io, nn}).status == 0);
  check_caught(check_tree({optim, io, nn}), "src/optim/a.cpp:1: closes a cycle: io -> nn -> optim -> io");
  const File text{"src/text/a.cpp", "#include \"lemma/data/b.h\"\n"};
  check_caught(check_tree({text, {"src/data/b.cpp", "#include \"lemma/text/a.h\"\n"}}),
               "src/text/a.cpp:1: closes a cycle: data -> text -> data");
}

TEST_CASE("the table of rooms in docs/architecture.md is the house that is checked") {
  const std::string head = "# Architecture\n\n| room | holds | knows |\n|---|---|---|\n";
  const Outcome outcome =
      check_tree({{"src/core/a.cpp", ""}, {"docs/architecture.md", head + "| `core` | shapes | nothing |\n"}});
  check_caught(outcome, "docs/architecture.md: its table of rooms differs from the house of scripts/check_arrows.sh:");
}

TEST_CASE("include arrows that point down pass") {
  CHECK(check_one("src/optim/a.cpp", "#include \"kernels/kernels.h\"\n").status == 0);
  CHECK(check_one("src/kernels/cuda/a.h", "#include \"emulator/emulator.h\"\n").status == 0);
  CHECK(check_one("src/autograd/a.cpp", "#include \"tape/record.h\"\n#include \"lemma/ops.h\"\n").status == 0);
  CHECK(check_one("src/kernels/a.cpp", "#include \"lemma/core/storage.h\"\n#include \"hwy/highway.h\"\n").status == 0);
  CHECK(check_one("src/cli/a.cpp", "#include \"lemma/train/trainer.h\"\n#include \"lemma/lemma.h\"\n").status == 0);
}

TEST_CASE("a file over 400 lines is caught") {
  std::string lines;
  for (int i = 0; i < 400; ++i) lines += "//\n";
  CHECK(check_one("src/core/a.cpp", lines).status == 0);
  CHECK(check_one("src/core/a.cpp", lines + "//\n")
            .output.find("src/core/a.cpp:401: has more than 400 lines: split it into two files\n") !=
        std::string::npos);
}
