#pragma once
/// A network that listens, with what it must know of recordings: their rate, and the words.

#include <memory>

#include "tasks/speech/corpus.h"
#include "tasks/speech/model.h"

namespace lemma::tasks {

/// What a model directory keeps in recordings.json.
struct SpeechFacts {
  int64_t rate = 0;
  bool strings = false;  ///< words one after the other; else one label
  std::vector<std::string> names;
  std::string json() const;
  /// Throws IoError naming `path`.
  static SpeechFacts parse(const std::string& text, const std::string& path);
};

/// What a model heard in a recording.
struct Heard {
  std::vector<int64_t> words;
  std::vector<double> shares;  ///< of a label: the probability of each
  /// Of words: the steps of each; of a decoder, how much it looked at each step, rows that sum to 1.
  std::vector<std::pair<int64_t, int64_t>> spans;
  std::vector<std::vector<double>> weights;
};

class SpeechLearner : public train::Learner {
 public:
  SpeechLearner(const SpeechOptions& options, SpeechFacts facts);
  nn::Module& module() override { return model_; }
  std::vector<std::string> texts() const override { return {facts_.json()}; }
  std::unique_ptr<train::Corpus> read(const std::string& path, bool replace_invalid) const override;
  std::unique_ptr<train::Corpus> read_as(const std::string& path, const train::ReadOptions& how) const override;
  std::unique_ptr<train::Examples> examples(const train::Corpus& corpus, train::Use use) const override;
  Tensor loss(const train::Examples& examples, std::span<const int64_t> rows) override;
  int64_t classes() const override;
  train::Evaluation evaluate(const train::Corpus& corpus, const train::Examples& examples) override;
  void set_reading(const train::ReadOptions& how) override { how_ = how; }
  /// `text` is the path of a recording.
  std::string predict(const std::string& where, const std::string& text) override;
  std::string predict_for_people(const std::string& where, const std::string& text, bool colour) override;
  std::optional<viz::SoundPage> hears(const std::string& where, const std::string& text) override;
  std::vector<train::Fact> facts(const train::Corpus& corpus, const train::Examples& train,
                                 const train::Examples& dev) override;
  std::vector<std::string> description() override;

 private:
  HeardSteps steps(const HeardSounds& sounds) const;
  Tensor targets(const SpeechExamples& examples, std::span<const int64_t> rows, std::vector<int64_t>& lengths) const;
  Tensor loss_of(const HeardSteps& heard, const Tensor& targets, const std::vector<int64_t>& lengths) const;
  std::vector<Heard> answers(const HeardSteps& heard) const;
  SoundSamples read_sound(const std::string& where, const std::string& path) const;
  Heard listen(const SoundSamples& sound) const;
  std::string text_of(const std::vector<int64_t>& words) const;

  SpeechOptions options_;
  SpeechFacts facts_;
  Hearing hearing_;
  SpeechModel model_;
  train::ReadOptions how_;
};

}  // namespace lemma::tasks
