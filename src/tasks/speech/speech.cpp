#include "lemma/tasks/speech/speech.h"

#include "lemma/core/error.h"
#include "tasks/speech/learner.h"

namespace lemma::tasks {
namespace {

const SpeechOptions& speech_options(const train::Options& options) {
  const auto* mine = dynamic_cast<const SpeechOptions*>(&options);
  if (!mine) throw ValueError("options", "these belong to another task; expected those of speech");
  return *mine;
}

class Speech : public train::Task {
 public:
  std::string name() const override { return "speech"; }
  std::string learns() const override { return "what is said"; }
  train::Score score() const override { return {"word accuracy"}; }
  std::string unit() const override { return "recordings"; }
  std::string ending() const override { return ""; }
  std::string reads() const override {
    return "a directory of WAV files whose label stands before the first _ of the name, or with a file transcripts.tsv";
  }
  std::string sample() const override { return "recording.wav"; }
  std::vector<std::string> files() const override { return {"recordings.json"}; }
  bool continues() const override { return false; }
  std::unique_ptr<train::Options> options() const override { return std::make_unique<SpeechOptions>(); }

  std::string inspect(const std::string& path, const train::ReadOptions& how) const override {
    return inspection(*read_speech(path, how));
  }
  train::Corpora read(const std::string& train_path, const std::string& dev_path, bool) const override {
    return read_as(train_path, dev_path, {});
  }
  train::Corpora read_as(const std::string& train_path, const std::string& dev_path,
                         const train::ReadOptions& how) const override {
    return read_for(train_path, dev_path, how, SpeechOptions());
  }
  train::Corpora read_for(const std::string& train_path, const std::string& dev_path, const train::ReadOptions& how,
                          const train::Options& options) const override {
    auto train = read_speech(train_path, how);
    auto dev = dev_path.empty() ? hold_out_speech(*train) : read_speech(dev_path, how, &train->recordings);
    if (dev->recordings.transcribed != train->recordings.transcribed)
      throw IoError(dev_path, dev->recordings.transcribed
                                  ? "it has transcripts and the training data has labels; expected the same of both"
                                  : "it has labels and the training data has transcripts; expected the same of both");
    std::vector<train::Baseline> baselines = speech_baselines(*train, *dev, speech_options(options).join > 0);
    return {std::move(train), std::move(dev), std::move(baselines)};
  }

  std::unique_ptr<train::Learner> make(const train::Corpus& given, const train::Options& options) const override {
    const data::LabelledRecordings& recordings = speech_corpus(given).recordings;
    const SpeechOptions& chosen = speech_options(options);
    return std::make_unique<SpeechLearner>(
        chosen, SpeechFacts{recordings.rate, recordings.transcribed || chosen.join > 0, recordings.names});
  }
  std::unique_ptr<train::Learner> open(const train::Options& options,
                                       const std::vector<train::NamedText>& files) const override {
    return std::make_unique<SpeechLearner>(speech_options(options),
                                           SpeechFacts::parse(files.at(0).text, files.at(0).path));
  }
};

}  // namespace

const train::Task& speech() {
  static const Speech task;
  return task;
}

}  // namespace lemma::tasks
