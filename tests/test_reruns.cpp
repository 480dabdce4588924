// Runs into a directory that already holds something, runs that are stopped, and runs whose data has moved.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <thread>

#include "lemma/tasks/all.h"
#include "lemma/tasks/ner/ner.h"
#include "lemma/tasks/sentiment/sentiment.h"
#include "lemma/train/model_dir.h"
#include "lemma/train/run.h"
#include "tests/program.h"

using namespace lemma;
namespace fs = std::filesystem;

namespace {

std::optional<unsigned long> free_bytes;  // of every disk, where a test says so

// A corpus and small runs on it: 60 texts, 8 steps an epoch.
struct Small {
  Small() {
    for (const std::string task : {"sentiment", "ner"}) {
      io::write_file(dir / "train." + task, task == "ner" ? tiny::ner(60) : tiny::sentiment(60));
      io::write_file(dir / "dev." + task, task == "ner" ? tiny::ner(20) : tiny::sentiment(20));
    }
    log_path = dir / "log";
  }
  train::Run run(const std::string& out, const train::Task& task = tasks::sentiment()) const {
    train::Run run;
    run.task = &task;
    run.choose = [](train::Options& options) {
      tasks::TextOptions& text = tasks::text_options(options);
      text.embed = text.ff = 16;
      text.heads = 2;
      options.batch_size = 8;
      options.epochs = 3;
    };
    run.train_path = dir / "train." + task.name();
    run.dev_path = dir / "dev." + task.name();
    run.out = dir / out;
    return run;
  }
  /// Runs it, stopped after so many steps unless that is 0; returns what it said.
  std::string go(train::Run run, int steps = 0) const {
    std::FILE* log = std::fopen(log_path.c_str(), "w");
    run.log = log;
    int done = 0;
    run.stop = [&] { return ++done == steps; };
    train::Outcome outcome;
    try {
      outcome = train::run(run);
    } catch (...) {
      std::fclose(log);
      throw;
    }
    std::fclose(log);
    CHECK(outcome == (steps ? train::Outcome::interrupted : train::Outcome::complete));
    return io::read_file(log_path);
  }
  std::string weights(const std::string& out) const { return io::read_file(dir / out + "/model.safetensors"); }
  bool complete(const std::string& out) const { return train::load_model(dir / out, tasks::all()).history.complete; }
  /// Everything there but the corpus and the log.
  std::vector<std::string> models() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(dir.path))
      if (entry.is_directory() || entry.path().filename().string().starts_with('.'))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  TempDir dir;
  std::string log_path;
};

train::Run with_seed(train::Run run, uint64_t seed) {
  run.choose = [before = run.choose, seed](train::Options& options) {
    before(options);
    options.seed = seed;
  };
  return run;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

// The system's, unless a test says how full the disk is.
extern "C" int statvfs(const char* path, struct statvfs* info) noexcept {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const int result = ::fstatvfs(fd, info);
  ::close(fd);
  if (free_bytes) info->f_frsize = 1, info->f_bavail = *free_bytes;
  return result;
}

TEST_CASE("a finished model outlives an interrupted rerun, which is saved beside it and can be resumed there") {
  const Small small;
  small.go(small.run("m"));
  const std::string finished = small.weights("m");
  for (const int steps : {3, 19}) {  // before the first score, after the second
    const std::string said = small.go(with_seed(small.run("m"), 2), steps);
    CHECK(has(said, "holds a finished model; this run is saved to " + (small.dir / "m.unfinished")));
    CHECK(has(said, "saved to " + (small.dir / "m.unfinished")));
    CHECK(
        has(said, small.dir / "m is as it was. To continue:\n  lemma train sentiment --out " + (small.dir / "m.unf")));
    CHECK(small.weights("m") == finished);
    CHECK(small.complete("m"));
  }
  CHECK(small.models() == std::vector<std::string>{"m", "m.unfinished", "m.unfinished-2"});
  train::Run rest = with_seed(small.run("m.unfinished"), 2);
  rest.resume = true;
  small.go(rest);
  CHECK(small.weights("m") == finished);
  // A rerun that is finished replaces it, and takes away only what it had saved beside it itself.
  small.go(with_seed(small.run("m"), 2));
  CHECK(small.weights("m") == small.weights("m.unfinished"));
  CHECK(small.weights("m") != finished);
  CHECK(small.models() == std::vector<std::string>{"m", "m.unfinished", "m.unfinished-2"});
}

TEST_CASE("an unfinished model is replaced by a rerun's first score, and not before") {
  const Small small;
  small.go(small.run("m"), 3);
  const std::string before = small.weights("m");
  small.go(with_seed(small.run("m/"), 2), 3);
  CHECK(small.weights("m") == before);
  CHECK(fs::exists(small.dir / "m.unfinished"));
  CHECK(has(small.go(with_seed(small.run("m"), 2), 11), "the first epoch's will replace it"));
  CHECK(small.weights("m") != before);
  CHECK(small.models() == std::vector<std::string>{"m", "m.unfinished"});
}

TEST_CASE("--overwrite replaces a finished model with the first save") {
  const Small small;
  small.go(small.run("m"));
  train::Run again = with_seed(small.run("m"), 2);
  again.overwrite = true;
  CHECK(has(small.go(again, 3), "m holds a model for 'sentiment'; the first save will replace it\n"));
  CHECK_FALSE(small.complete("m"));
  CHECK(small.models() == std::vector<std::string>{"m"});
}

TEST_CASE("a model of another task is replaced only where that is asked for") {
  const Small small;
  small.go(small.run("m"), 3);
  const std::string before = small.weights("m");
  train::Run other = small.run("m", tasks::ner());
  CHECK(error_of<ValueError>([&] { small.go(other); }) ==
        "[--out] '" + (small.dir / "m") +
            "' holds a model for 'sentiment'; name another directory, or give --overwrite to replace that model");
  CHECK(small.weights("m") == before);
  other.overwrite = true;
  CHECK(has(small.go(other), "holds a model for 'sentiment'; the first save will replace it"));
  CHECK(train::load_model(small.dir / "m", tasks::all()).task == &tasks::ner());
}

TEST_CASE("a directory is not ours because it holds a config.json") {
  const Small small;
  const std::vector<std::string> files = {"config.json", "model.safetensors", "vocab.txt", "tokenizer.json"};
  for (const char* config : {"{\"model_type\": \"bert\"}", "[]", "", "{\"format\": 1}"}) {
    for (const std::string& file : files) {
      fs::create_directories(small.dir / "hf");
      io::write_file(small.dir / "hf/" + file, file == "config.json" ? config : "theirs");
    }
    train::Run run = small.run("hf");
    for (const bool overwrite : {false, true}) {
      run.overwrite = overwrite;
      CHECK(error_of<IoError>([&] { small.go(run); }) ==
            "[" + run.out + "] holds a config.json that is not of a Lemma model; name a new or an empty directory");
    }
    for (const std::string& file : files)
      CHECK(io::read_file(small.dir / "hf/" + file) == (file == "config.json" ? config : "theirs"));
  }
  fs::remove(small.dir / "hf/config.json");
  CHECK(error_of<IoError>([&] { small.go(small.run("hf")); }) ==
        "[" + (small.dir / "hf") +
            "] holds 'model.safetensors' but no config.json of a Lemma model; name a new or an empty directory");
  CHECK(small.models() == std::vector<std::string>{"hf"});
}

TEST_CASE("a second run into the same directory is refused, as is one that resumes there") {
  const Small small;
  small.go(small.run("m"), 3);
  const io::DirectoryLock first(small.dir / "m");
  for (const bool resume : {false, true}) {
    train::Run second = small.run("m");
    second.resume = resume;
    CHECK(error_of<IoError>([&] { small.go(second); }) ==
          "[" + second.out + "] is in use by another run; wait for its end or name another directory");
  }
}

TEST_CASE("the check of the disk counts the old save and the new one, which stand side by side") {
  const Small small;
  const auto needed = [&](const train::Run& run) {
    free_bytes = 0;
    const std::string text = error_of<IoError>([&] { small.go(run); });
    free_bytes.reset();
    const std::string about = "about ";
    const size_t at = text.find(about);
    REQUIRE(at != std::string::npos);
    return std::stoul(text.substr(at + about.size()));
  };
  const unsigned long fresh = needed(small.run("m"));
  CHECK(small.models().empty());
  small.go(small.run("m"));
  unsigned long held = 0;
  for (const auto& file : fs::directory_iterator(small.dir / "m")) held += fs::file_size(file);
  CHECK(fresh >= 2 * held);
  train::Run more = small.run("m");
  more.resume = true;
  CHECK(needed(more) == fresh - held);
}

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
  CAPTURE(first.err);
  CHECK(first.status == 0);
  CHECK(io::read_file(place.dir / "piped/model.safetensors") ==
        io::read_file(place.dir / "sentiment/model.safetensors"));
  const std::vector<std::string> resume = {"train", "sentiment", "--out", "piped", "--resume", "--epochs", "3"};
  const Program alone = place.run(resume);
  CHECK(alone.status == 2);
  CHECK(has(alone.err, "the run began with --train 'pipe', where there is no plain file now; give --train FILE"));
  std::vector<std::string> again = resume;
  again.insert(again.end(), {"--train", "train.tsv"});
  CHECK(place.run(again).status == 0);
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

TEST_CASE("a label that would not fit on a line of labels.txt is refused when it is read") {
  const Small small;
  std::string text = "text,label\n";
  for (int i = 0; i < 20; ++i) text += std::string("a fine film,") + (i % 2 ? "good\n" : "\"not\nso good\"\n");
  io::write_file(small.dir / "train.sentiment", text);
  const std::string error = error_of<IoError>([&] { small.go(small.run("m")); });
  CHECK(has(error, "train.sentiment:2] the label 'not\\x0aso good' holds a line break or a byte order mark"));
  CHECK(small.models().empty());
}

TEST_CASE("text files of a model that an editor of another system saved mean the same, or are refused in words") {
  const Small small;
  for (const train::Task* task : {&tasks::sentiment(), &tasks::ner()}) {
    const std::string out = task->name(), sample = task->sample();
    small.go(small.run(out, *task));
    const auto answer = [&] {
      return train::load_model(small.dir / out, tasks::all()).learner->predict("text", sample);
    };
    const std::string before = answer();
    for (const char* file : {"labels.txt", "vocab.txt", "features.txt", "config.json"}) {
      CAPTURE(task->name(), file);
      const std::string path = small.dir / out + "/" + file, text = io::read_file(path);
      std::string theirs;
      for (const char c : text) theirs += c == '\n' ? "\r\n" : std::string(1, c);
      for (const std::string& changed : {theirs, "\xEF\xBB\xBF" + text, "\xEF\xBB\xBF" + theirs,
                                         text.substr(0, text.size() - 1), theirs.substr(0, theirs.size() - 2)}) {
        io::write_file(path, changed);
        CHECK(answer() == before);
      }
      io::write_file(path, text);
    }
    const std::string labels = small.dir / out + "/labels.txt";
    std::string mixed = io::read_file(labels);
    io::write_file(labels, mixed.insert(mixed.find('\n'), "\r"));
    CHECK(error_of<IoError>(answer) ==
          "[" + labels + ":1] a carriage return in some lines and not in others; expected one label per line");
  }
}
