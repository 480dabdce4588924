#pragma once
/// Small runs in a directory of their own, for tests of what a run saves, keeps and says.
#include <algorithm>
#include <string>
#include <vector>

#include "lemma/tasks/all.h"
#include "lemma/tasks/ner/ner.h"
#include "lemma/tasks/sentiment/sentiment.h"
#include "lemma/train/model_dir.h"
#include "lemma/train/run.h"
#include "tests/program.h"

namespace small_runs {

using namespace lemma;
namespace fs = std::filesystem;

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

inline train::Run with_seed(train::Run run, uint64_t seed) {
  run.choose = [before = run.choose, seed](train::Options& options) {
    before(options);
    options.seed = seed;
  };
  return run;
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace small_runs
