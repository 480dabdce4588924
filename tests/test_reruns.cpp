// Runs into a directory that already holds something: what stays, what is replaced, and what cannot be saved at all.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>

#include <optional>

#include "tests/small_runs.h"

using namespace small_runs;

namespace {
std::optional<unsigned long> free_bytes;  // of every disk, where a test says so
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

TEST_CASE("a run that runs out of memory names the directory where its last save is") {
  const Small small;
  small.go(small.run("m"));
  const auto fails_at = [&](train::Run run, int step) {
    run.log = std::fopen("/dev/null", "w");
    run.stop = [&, done = 0]() mutable {
      if (++done == step) throw MemoryError("memory", "is full");
      return false;
    };
    const std::string text = error_of<MemoryError>([&] { train::run(run); });
    std::fclose(run.log);
    return text.substr(text.find("; ") + 2);
  };
  const std::string beside = small.dir / "m.unfinished";
  CHECK(fails_at(small.run("m"), 3) == "nothing has been saved yet");
  CHECK(fails_at(small.run("m"), 11) ==
        beside + " is as it was last saved, and --out " + beside + " --resume continues from there");
  train::Run resumed = small.run("m.unfinished");
  resumed.resume = true;
  CHECK(fails_at(resumed, 1).starts_with(beside + " is as it was last saved"));
}

TEST_CASE("a resumed run reads its files as the first did") {
  const Small small;
  const std::string file = small.dir / "columns.csv";
  std::string text = "id,said,verdict\n";
  for (int i = 0; i < 60; ++i) text += fmt::format("{},{} film,{}\n", i, i % 2 ? "good" : "bad", i % 2 ? "yes" : "no");
  io::write_file(file, text);
  train::Run run = small.run("m");
  run.train_path = run.dev_path = file;
  run.reading.text_column = "said";
  run.reading.label_column = "3";
  run.reading.skip_bad_lines = true;
  small.go(run, 3);
  CHECK(*train::load_model(run.out, tasks::all()).history.reading == run.reading);
  train::Run other = run;
  other.resume = true;
  other.reading.label_column = "id";
  CHECK(error_of<ValueError>([&] {
          small.go(other);
        }).starts_with("[--resume] the files are to be read in another way than before; a resumed run keeps"));
  run.reading = {};
  run.resume = true;
  small.go(run);
  CHECK(small.complete("m"));
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

TEST_CASE("a label that would not fit on a line of labels.txt is refused when it is read") {
  const Small small;
  std::string text = "text,label\n";
  for (int i = 0; i < 20; ++i) text += std::string("a fine film,") + (i % 2 ? "good\n" : "\"not\nso good\"\n");
  io::write_file(small.dir / "train.sentiment", text);
  const std::string error = error_of<IoError>([&] { small.go(small.run("m")); });
  CHECK(has(error, "train.sentiment:2] the label 'not\\x0aso good' has a line break in it"));
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
      for (const std::string& changed :
           {theirs, "\xEF\xBB\xBF" + text, "\xEF\xBB\xBF" + theirs, text.substr(0, text.size() - 1),
            theirs.substr(0, theirs.size() - 2), text + "\n\n", theirs + "\r\n"}) {
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
    mixed[mixed.find('\r')] = ' ';
    io::write_file(labels, mixed);
    CHECK(has(error_of<IoError>(answer), "ends in a blank; expected it as it is in the data"));
  }
}
