// Labelled files of any bytes, read as `lemma train` and `lemma inspect` read them: read whole, or refused in words.
#include "tests/fuzz/fuzz.h"

#include "lemma/data/tags.h"
#include "lemma/tasks/all.h"
#include "lemma/text/utf8.h"

using namespace lemma;

namespace {

constexpr const char* kColumns[] = {"", "", "1", "2", "text", "label", "0", "-1", "99999999999999999999", "sentence"};

train::ReadOptions drawn(fuzz::Bytes& in) {
  train::ReadOptions how;
  const uint8_t flags = in.byte();
  how.replace_invalid = flags & 1;
  how.skip_bad_lines = flags & 2;
  how.fold_case = flags & 4;
  const auto column = [&] { return kColumns[in.below(std::size(kColumns))]; };
  if (flags & 8) how.text_column = column();
  if (flags & 8) how.label_column = column();
  if (flags & 16) how.token_column = column();
  if (flags & 16) how.tag_column = column();
  return how;
}

void check(const train::Corpus& corpus) {
  const auto& texts = dynamic_cast<const tasks::TextCorpus&>(corpus);
  for (const tasks::Sample& sample : texts.samples) {
    fuzz::require(sample.labels.size() == (texts.labels_per_token ? sample.tokens.size() : 1), "labels are missing");
    for (const int64_t label : sample.labels)
      fuzz::require(label >= 0 && label < static_cast<int64_t>(texts.labels.size()), "a label that does not exist");
    for (const std::string& token : sample.tokens)
      fuzz::require(!text::find_bad_byte(token), "a token that is not UTF-8");
  }
}

// What a run does before its first step.
void encode(const train::Task& task, const train::Corpora& corpora) {
  const auto options = task.options();
  tasks::TextOptions& text = tasks::text_options(*options);
  text.embed = text.ff = 4;
  text.heads = 1;
  const auto learner = task.make(*corpora.train, *options);
  const auto examples = learner->examples(*corpora.dev, train::Use::scoring);
  fuzz::require(examples->size() == corpora.dev->size(), "examples are missing");
  learner->evaluate(*corpora.dev, *examples).report(3);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const TempDir dir;
  static const std::string path = dir / "train";
  fuzz::Bytes in(data, size);
  const uint8_t mode = in.byte();
  const train::Task& task = mode & 1 ? tasks::ner() : tasks::sentiment();
  const train::ReadOptions how = drawn(in);
  fuzz::put(path, in.rest());
  const auto error = fuzz::refused("reading", [&] {
    if (mode & 2) {
      fuzz::require(!task.inspect(path, how).empty(), "nothing was said about the file");
      return;
    }
    const train::Corpora corpora = task.read_as(path, mode & 4 ? path : "", how);
    check(*corpora.train);
    check(*corpora.dev);
    if (mode & 8) encode(task, corpora);
  });
  if (error) {
    fuzz::require(error->starts_with("[" + path), "an error that does not name the file");
    fuzz::require(!text::find_bad_byte(*error), "an error that is not UTF-8");
  }
  return 0;
}
