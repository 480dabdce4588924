// Runs that are stopped, and runs that are resumed where their data has moved.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <thread>

#include "tests/small_runs.h"

using namespace small_runs;

TEST_CASE("a resumed run takes its data from where it is now, if the bytes are the same") {
  const Small small;
  small.go(small.run("whole"));
  train::Run run = small.run("m");
  small.go(run, 3);
  run.resume = true;
  fs::create_directory(small.dir / "moved");
  fs::rename(run.train_path, small.dir / "moved/train");
  fs::rename(run.dev_path, small.dir / "moved/dev");
  const std::string train = run.train_path, dev = run.dev_path;
  run.train_path = run.dev_path = "";
  CHECK(error_of<ValueError>([&] { small.go(run); }) ==
        "[--resume] the run began with --train '" + train +
            "', where there is no plain file now; give --train FILE, with the same contents");
  run.train_path = small.dir / "moved/./train";
  run.dev_path = small.dir / "moved/train";
  CHECK(error_of<ValueError>([&] { small.go(run); }) ==
        "[--resume] --dev is " + run.dev_path + " where the saved run has '" + dev +
            "', and their contents differ; resume with the data it began with");
  run.dev_path = small.dir / "moved/dev";
  small.go(run, 3);
  run.train_path = run.dev_path = "";  // it is known there now
  small.go(run);
  CHECK(small.weights("m") == small.weights("whole"));
}

TEST_CASE("a run finds its data when it is resumed in another directory, also after all has moved together") {
  const Playground& place = playground();
  std::vector<std::string> arguments = {"train", "sentiment", "--train", "train.tsv", "--dev", "dev.tsv", "--out"};
  arguments.push_back("models/far");
  for (const std::string& option : tiny::options()) arguments.push_back(option);
  REQUIRE(place.run(arguments).status == 0);
  const Program elsewhere = run_lemma({"train", "sentiment", "--resume", "--epochs", "3", "--out", "far"},
                                      {.directory = place.dir / "models"});
  CAPTURE(elsewhere.err);
  CHECK(elsewhere.status == 0);
  CHECK(has(elsewhere.out, "far/../../train.tsv ("));
  TempDir other;
  fs::create_directory(other / "all");
  for (const char* name : {"train.tsv", "dev.tsv", "models"})
    fs::copy(place.dir / name, other / "all/" + name, fs::copy_options::recursive);
  CHECK(run_lemma({"train", "sentiment", "--resume", "--epochs", "4", "--out", "all/models/far"},
                  {.directory = other.path})
            .status == 0);
}

TEST_CASE("--resume says which files a config.json names, and reads no other text and no pipe because of it") {
  const Small small;
  small.go(small.run("m"), 3);
  const std::string config = small.dir / "m/config.json", before = io::read_file(config);
  const auto name = [&](const std::string& path) {
    std::string text = before;
    const std::string train = small.dir / "train.sentiment";
    io::write_file(config, text.replace(text.find(train), train.size(), path));
  };
  train::Run run = small.run("m");
  run.train_path = run.dev_path = "";
  run.resume = true;
  small.go(run, 3);
  const std::string said = io::read_file(small.log_path);
  CHECK(has(said, "tokens: " + (small.dir / "train.sentiment") + " ("));
  CHECK(has(said, "resumed     after 3 steps of 24, with the files above, which " + run.out + " names\n"));
  fs::rename(small.dir / "train.sentiment", small.dir / "train");
  name("/dev/zero");
  CHECK(has(error_of<ValueError>([&] { small.go(run); }), "'/dev/zero', where there is no plain file now"));
  CHECK(io::read_file(small.log_path).empty());
  io::write_file(small.dir / "secret", "password\tof mine\n");
  name(small.dir / "secret");
  CHECK(error_of<ValueError>([&] { small.go(run); }) ==
        "[--resume] " + (small.dir / "secret") +
            " has changed since the run began; resume with the data it began with");
}

TEST_CASE("a pipe is data like a file, and a resumed run asks for it again") {
  const Playground& place = playground();
  const std::string pipe = place.dir / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto feed = [&](pid_t) {
    for (int tries = 0; tries < 6000; ++tries) {
      const int fd = ::open(pipe.c_str(), O_WRONLY | O_NONBLOCK);
      if (fd < 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        continue;
      }
      const std::string text = tiny::sentiment(40);
      CHECK(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
      ::close(fd);
      return;
    }
  };
  std::vector<std::string> arguments = {"train", "sentiment", "--train", "pipe", "--dev", "dev.tsv", "--out", "piped"};
  for (const std::string& option : tiny::options()) arguments.push_back(option);
  const Program first = place.run(arguments, {.meanwhile = feed});
  CAPTURE(first.out, first.err);  // says how much came through the pipe
  CHECK(first.status == 0);
  const bool same =
      io::read_file(place.dir / "piped/model.safetensors") == io::read_file(place.dir / "sentiment/model.safetensors");
  CHECK(same);
  const std::vector<std::string> resume = {"train", "sentiment", "--out", "piped", "--resume", "--epochs", "3"};
  const Program alone = place.run(resume);
  CHECK(alone.status == 2);
  CHECK(has(alone.err, "the run began with --train 'pipe', where there is no plain file now; give --train FILE"));
  std::vector<std::string> again = resume;
  again.insert(again.end(), {"--train", "train.tsv"});
  const Program resumed = place.run(again);
  CAPTURE(resumed.err);
  CHECK(resumed.status == 0);
}

TEST_CASE("a signal before there is anything to save ends the program at once, and says so") {
  const Playground& place = playground();
  const std::string pipe = place.dir / "silent";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    int writer = -1;
    const Program program = place.run({"train", "sentiment", "--train", "silent", "--dev", "dev.tsv", "--out", "never"},
                                      {.meanwhile = [&](pid_t child) {
                                        // A writer finds a reader only once the program waits for the data.
                                        for (int tries = 0; writer < 0 && tries < 6000; ++tries) {
                                          writer = ::open(pipe.c_str(), O_WRONLY | O_NONBLOCK);
                                          if (writer < 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
                                        }
                                        ::kill(child, signal);
                                      }});
    if (writer >= 0) ::close(writer);
    CHECK(program.status == 128 + signal);
    CHECK(program.err == "lemma: stopped before the first step; nothing was saved\n");
    CHECK_FALSE(io::exists(place.dir / "never"));
  }
}

TEST_CASE("a run that a signal stops saves, and exits with that signal's status") {
  const Playground& place = playground();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const std::string out = "stopped-" + std::to_string(signal);
    std::vector<std::string> arguments = {"train",   "sentiment", "--train",  "train.tsv", "--dev", "dev.tsv",
                                          "--embed", "8",         "--heads",  "2",         "--ff",  "8",
                                          "--out",   out,         "--epochs", "1000000"};
    const Program program = place.run(arguments, {.meanwhile = [&](pid_t child) {
                                        while (!io::exists(place.dir / out + "/config.json"))
                                          std::this_thread::sleep_for(std::chrono::milliseconds(2));
                                        ::kill(child, signal);
                                      }});
    CHECK(program.status == 128 + signal);
    CHECK(has(program.out, "saved to " + out));
    CHECK_FALSE(train::load_model(place.dir / out, tasks::all()).history.complete);
  }
}

TEST_CASE("a run whose terminal goes away still saves") {
  const Small small;
  bool gone = false;
  const cookie_io_functions_t terminal = {.read = nullptr,
                                          .write = [](void* cookie, const char*, size_t bytes) -> ssize_t {
                                            errno = EIO;
                                            return *static_cast<bool*>(cookie) ? -1 : static_cast<ssize_t>(bytes);
                                          },
                                          .seek = nullptr,
                                          .close = nullptr};
  train::Run run = small.run("m");
  run.log = ::fopencookie(&gone, "w", terminal);
  std::setvbuf(run.log, nullptr, _IONBF, 0);
  int done = 0;
  run.stop = [&] { return gone = ++done == 3; };
  CHECK(train::run(run) == train::Outcome::interrupted);
  std::fclose(run.log);
  CHECK_FALSE(small.complete("m"));
}

TEST_CASE("the check of one batch that is stopped gives no verdict") {
  const Small small;
  train::Run run = small.run("m");
  run.log = std::fopen(small.log_path.c_str(), "w");
  int done = 0;
  run.stop = [&] { return ++done == 2; };
  CHECK_FALSE(train::overfit_one_batch(run));
  std::fclose(run.log);
  CHECK(io::read_file(small.log_path).ends_with("\nStopped after 2 steps, without a verdict.\n"));
}

TEST_CASE("a pipe in a model directory is refused instead of waited for") {
  const Small small;
  small.go(small.run("m"), 3);
  for (const char* file : {"config.json", "model.safetensors", "training.safetensors", "labels.txt"}) {
    const std::string path = small.dir / "m/" + file;
    fs::rename(path, small.dir / "kept");
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    train::Run run = small.run("m");
    run.resume = true;
    CHECK(error_of<IoError>([&] { small.go(run); }) ==
          "[" + path + "] is no plain file; expected a model directory, which `lemma train --out` makes");
    fs::rename(small.dir / "kept", path);
  }
}
