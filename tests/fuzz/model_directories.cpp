// Saved model directories with one file of any bytes: opened, scored, asked and resumed, or refused in words.
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "lemma/tasks/all.h"
#include "lemma/train/model_dir.h"
#include "lemma/train/run.h"

using namespace lemma;
namespace fs = std::filesystem;

namespace {

struct Kind {
  const char *task, *train, *dev;
};
constexpr Kind kKinds[] = {{"sentiment", "train.tsv", "dev.tsv"},
                           {"ner", "train.conll", "dev.conll"},
                           {"lm", "train.txt", "dev.txt"},
                           {"translation", "train.pairs", "dev.pairs"}};

struct File {
  const Kind* kind;
  std::string path, sound;
};

// A copy of tests/saved, and the files in it that an input may replace.
struct Saved {
  Saved() {
    restore();
    for (const Kind& kind : kKinds)
      for (const auto& entry : fs::directory_iterator(dir / kind.task))
        files.push_back({&kind, entry.path(), io::read_file(entry.path())});
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.path < b.path; });
  }
  void restore() const {
    for (const auto& entry : fs::directory_iterator(dir.path)) fs::remove_all(entry.path());
    fs::copy(LEMMA_SOURCE_DIR "/tests/saved", dir.path, fs::copy_options::recursive);
  }
  TempDir dir;
  std::vector<File> files;
};

// The bytes themselves, or a few places of the sound file changed: most of what it takes to open is then still there.
std::string contents(fuzz::Bytes& in, const std::string& sound) {
  if (in.flag()) return in.rest();
  std::string text = sound;
  while (!in.empty() && !text.empty()) {
    const size_t at = (static_cast<size_t>(in.byte()) << 8 | in.byte()) % text.size();
    const uint8_t what = in.byte();
    std::string with;
    for (size_t n = what & 7; n > 0; --n) with += static_cast<char>(in.byte());
    text.replace(at, what >> 3 & 15, with);
    if (what & 128) text.resize(at);
  }
  return text;
}

void use(const Saved& saved, const Kind& kind) {
  const train::SavedModel model = train::load_model(saved.dir / kind.task, tasks::all());
  for (const char* text : {"Anna Berg lives in Quito .", "a fine hotel", "one two", "the cat", ""})
    fuzz::refused("predict", [&] { model.learner->predict("text", text); });
  for (const char* text : {"one two", "the cat"}) {
    for (const int64_t beams : {1, 2})
      fuzz::refused("generate", [&] {
        model.learner->generate("text", text, {.options = {.max = 12, .temperature = 0, .beams = beams}});
      });
    fuzz::refused("attention", [&] { model.learner->attention("text", text, 64); });
    fuzz::refused("surprise", [&] { model.learner->surprise("text", text); });
  }
  const auto corpus = model.learner->read(saved.dir / kind.dev, false);
  model.learner->evaluate(*corpus, *model.learner->examples(*corpus, train::Use::scoring)).report(2);
}

void resume(const Saved& saved, const Kind& kind) {
  train::Run run;
  run.task = &train::find(tasks::all(), kind.task);
  run.train_path = saved.dir / kind.train;
  run.dev_path = saved.dir / kind.dev;
  run.out = saved.dir / kind.task;
  run.resume = true;
  run.log = std::fopen("/dev/null", "w");
  run.stop = [] { return true; };
  fuzz::refused("resuming", [&] { train::run(run); });
  std::fclose(run.log);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Saved saved;
  fuzz::Bytes in(data, size);
  const uint8_t mode = in.byte();
  const File& file = saved.files[in.below(saved.files.size())];
  fuzz::put(file.path, contents(in, file.sound));
  fuzz::refused("opening", [&] { use(saved, *file.kind); });
  fuzz::refused("training state", [&] { train::load_training(saved.dir / file.kind->task); });
  if (mode & 1) {
    resume(saved, *file.kind);
    saved.restore();
  } else {
    fuzz::put(file.path, file.sound);
  }
  return 0;
}
