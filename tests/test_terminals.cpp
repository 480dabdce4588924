// What reaches a terminal, a pipe or a full disk.
#include <algorithm>
#include <cstdlib>

#include "lemma/core/words.h"
#include "lemma/train/progress.h"
#include "lemma/viz/heatmap.h"
#include "lemma/viz/terminal.h"
#include "lemma/viz/wrap.h"
#include "tests/shell.h"

using namespace lemma;

namespace {

// Characters that no output may hold as they are; a line's own end and tab aside.
bool is_raw(const std::string& text) {
  for (const char c : text)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F) return true;
  for (const char* hidden : {"\xC2\x9B", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x80\x8F"})
    if (text.find(hidden) != std::string::npos) return true;
  return false;
}

constexpr const char* kNasty =
    "a\x1b[31m\xC2\x9B"
    "2J\xE2\x80\xAE"
    "b";  // escape, C1's escape, right-to-left override

}  // namespace

TEST_CASE("printable text holds no control, no C1, no turned direction and no broken byte") {
  CHECK(words::printable("caf\xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x98\x80") == "caf\xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x98\x80");
  CHECK(words::printable(kNasty) == "a\\x1b[31m\\u009b2J\\u202eb");
  CHECK(words::printable("\xE2\x81\xA6\xE2\x80\xA8\xD8\x9C\x7F") == "\\u2066\\u2028\\u061c\\x7f");
  CHECK(words::printable("\xFF\xC2") == "\\xff\\xc2");
  CHECK(words::printable("\xED\xA0\x80") == "\\xed\\xa0\\x80");  // half of a surrogate pair
  CHECK(words::printable("a\nb\tc") == "a\\x0ab\\x09c");
  CHECK(words::printable("a\nb\tc\r", true) == "a\nb\tc\\x0d");
  CHECK(words::printable_json("\"\xE2\x80\xAE\x7F\"") == "\"\\u202e\\u007f\"");
}

TEST_CASE("labels, texts and file names of others reach no terminal as they are") {
  std::string rows;
  for (int i = 0; i < 20; ++i)
    rows += std::string(i % 2 ? "fine film" : "dull film") + "\t" + (i % 2 ? "good" : kNasty) + "\n";
  io::write_file(playground().dir / "nasty.tsv", rows);
  std::vector<std::string> arguments = {"train", "sentiment", "--train", "nasty.tsv",
                                        "--dev", "nasty.tsv", "--out",   "nasty"};
  for (const std::string& option : tiny::options()) arguments.push_back(option);
  const Program train = playground().run(arguments);
  CAPTURE(train.out, train.err);
  REQUIRE(train.status == 0);
  CHECK(!is_raw(train.out));
  for (const std::vector<std::string>& command : {std::vector<std::string>{"info", "--model", "nasty"},
                                                  {"predict", "--model", "nasty", "--pretty", "dull film", kNasty},
                                                  {"predict", "--model", "nasty", "dull film", kNasty},
                                                  {"predict", "--model", kNasty, "x"},
                                                  {"evaluate", "--model", "nasty", "--data", kNasty},
                                                  {"train", kNasty},
                                                  {kNasty},
                                                  {"train", "sentiment", std::string("--") + kNasty}}) {
    const Program program = playground().run(command);
    CAPTURE(command, program.out, program.err);
    CHECK(!is_raw(program.out));
    CHECK(!is_raw(program.err));
  }
  viz::Heatmap map;
  map.values = {{1}};
  map.row_labels = map.column_labels = {kNasty};
  map.title = kNasty;
  CHECK(!is_raw(viz::heatmap_text(map, false)));
  CHECK(!is_raw(viz::confusion_table({{1}}, {kNasty})));
}

TEST_CASE("the bar fits any terminal, down to twenty columns and less") {
  const std::vector<std::string> figures = {"loss 0.4215", "1:05 left", "1,234 texts/s"};
  for (int columns = 0; columns <= 100; ++columns) {
    const std::string line = train::progress_line(columns, "epoch 10/20", 0.35, figures);
    CAPTURE(columns, line);
    CHECK(viz::display_width(line) < std::max(columns, 1));
  }
  CHECK(train::progress_line(20, "epoch 10/20", 0.35, figures) == "epoch 10/20  35 %");
  CHECK(train::progress_line(80, "epoch 1/20", 0.5, figures) ==
        "epoch 1/20 \u2588\u2588\u2588\u2588\u2588       50 %  loss 0.4215  1:05 left  1,234 texts/s");
}

TEST_CASE("the time left is the run's, not the epoch's") {
  CHECK(train::seconds_left(30, 10, 90) == 270);
  CHECK(train::seconds_left(30, 10, 0) == 0);
  CHECK(train::seconds_left(30, 10, -1) == 0);
  CHECK(train::seconds_left(0, 0, 90) == 0);
}

TEST_CASE("long lines break between words, and go on below their last column") {
  const std::string help =
      "Usage:\n  --dev FILE    texts to score on, of any kind\n\n  a longer sentence without columns";
  CHECK(viz::wrapped(help, 0) == help);
  CHECK(viz::wrapped(help, 80) == help);
  CHECK(viz::wrapped(help, 30) ==
        "Usage:\n  --dev FILE    texts to score\n                on, of any\n                kind\n\n"
        "  a longer sentence without\n  columns");
  CHECK(viz::wrapped("one two", 3) == "one\ntwo");
  CHECK(viz::wrapped("a-word-longer-than-the-line and more", 8) == "a-word-longer-than-the-line\nand more");
  CHECK(viz::wrapped("one two", 4) == "one\ntwo");
  CHECK(viz::wrapped("中中 中中", 5) == "中中\n中中");  // two columns each
  CHECK(viz::wrapped("", 5) == "");
  CHECK(viz::wrapped("\n", 5) == "\n");
  for (int columns = 1; columns < 60; ++columns) {
    std::string joined, broken = viz::wrapped(help, columns);
    for (const char c : help)
      if (c != ' ' && c != '\n') joined += c;
    broken.erase(std::remove_if(broken.begin(), broken.end(), [](char c) { return c == ' ' || c == '\n'; }),
                 broken.end());
    CHECK(broken == joined);  // nothing is lost
  }
}

TEST_CASE("help, plan and errors break between words on a terminal of 80 columns") {
  if (std::system("script --version > /dev/null 2>&1") != 0) {
    WARN("skipped: needs util-linux's script");
    return;
  }
  const auto seen = [](const std::string& command) {
    const std::string inner = "stty cols 80; " + build_dir() + "/lemma " + command;
    shell("TERM=xterm script -qc " + words::shell_quote(inner) + " /dev/null > seen < /dev/null");
    return written("seen");
  };
  for (const char* command :
       {"train --help", "predict --help", "train", "evaluate --model sentiment --data dev.tsv --threshold nothing",
        "train sentiment --train train.tsv --dev dev.tsv --embed 8 --heads 2 --ff 8 --epochs 1 --out narrow"}) {
    std::string text = seen(command);
    CAPTURE(command, text);
    text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
    REQUIRE(!text.empty());
    size_t longest = 0;
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      const std::string line = text.substr(begin, end - begin);
      if (line.find("\x1b") == std::string::npos && !line.starts_with("epoch") &&
          line.find("predict --model") == std::string::npos)
        longest = std::max(longest, static_cast<size_t>(viz::display_width(line)));
      begin = end + 1;
    }
    CHECK(longest <= 80);
    CHECK(longest > 50);
  }
}

TEST_CASE("entities and their types have a colour each on a terminal, and none with NO_COLOR") {
  if (std::system("script --version > /dev/null 2>&1") != 0) {
    WARN("skipped: needs util-linux's script");
    return;
  }
  const std::string pretty =
      "script -qec " +
      words::shell_quote(build_dir() +
                         "/lemma predict --model ner --pretty 'Anna lives in Oslo .' 'Bo lives in Lima .'") +
      " /dev/null > seen < /dev/null";
  REQUIRE(shell("unset NO_COLOR; TERM=xterm " + pretty) == 0);
  const std::string legend = "\x1b[38;5;16;48;5;222m LOC \x1b[0m \x1b[38;5;16;48;5;117m PER \x1b[0m\r\n";
  CHECK(written("seen").starts_with(legend));
  CHECK(written("seen").find(" LOC \x1b[0m", legend.size()) == std::string::npos);  // once, not with each line
  REQUIRE(shell("NO_COLOR=1 TERM=xterm " + pretty) == 0);
  CHECK(written("seen").find('\x1b') == std::string::npos);
  CHECK(written("seen").starts_with("[") == written("seen").starts_with("[Anna"));  // no legend either
}

TEST_CASE("NO_COLOR and TERM=dumb hold for every command, as a terminal sees it") {
  if (std::system("script --version > /dev/null 2>&1") != 0) {
    WARN("skipped: needs util-linux's script");
    return;
  }
  const std::string pretty =
      "script -qec " + words::shell_quote(build_dir() + "/lemma predict --model sentiment --pretty 'a fine film'") +
      " /dev/null > seen < /dev/null";
  REQUIRE(shell("unset NO_COLOR; TERM=xterm " + pretty) == 0);
  CHECK(written("seen").find("\x1b[") != std::string::npos);
  REQUIRE(shell("NO_COLOR=1 TERM=xterm " + pretty) == 0);
  CHECK(written("seen").find('\x1b') == std::string::npos);
  REQUIRE(shell("unset NO_COLOR; TERM=dumb " + pretty) == 0);
  CHECK(written("seen").find('\x1b') == std::string::npos);
}

TEST_CASE("what cannot be written is a failure, for every command") {
  for (const char* command :
       {"--help", "--version", "train --help", "doctor", "doctor --json", "info --model sentiment",
        "predict --model sentiment 'a fine film'", "predict --model sentiment --pretty 'a fine film'",
        "evaluate --model sentiment --data dev.tsv", "attention --model sentiment 'a fine film' --out page.html",
        "train sentiment --train train.tsv --dev dev.tsv --embed 8 --heads 2 --ff 8 --epochs 1 --out full",
        "train sentiment --train train.tsv --dev dev.tsv --embed 8 --heads 2 --ff 8 --overfit-one-batch"}) {
    CAPTURE(command);
    CHECK(shell(std::string("lemma ") + command + " > /dev/full 2> error") == 2);
    CHECK(written("error").find("cannot be written to") != std::string::npos);
    CHECK(shell(std::string("lemma ") + command + " >&- 2> error") != 0);
  }
}

TEST_CASE("a pipe that its reader closed ends the program quietly, also where the parent ignored it") {
  for (const char* before : {"", "trap '' PIPE; "}) {
    CAPTURE(before);
    CHECK(shell(std::string(before) +
                "lemma predict --model sentiment < <(yes 'a fine film' 2> /dev/null | head -2000) 2> error | head -1 > "
                "first; exit ${PIPESTATUS[0]}") == 141);
    CHECK(written("error") == "");
  }
}
