#pragma once
/// TextLearner: what the tasks on text share, from encoded texts to answers. A task adds how it reads
/// log-probabilities, scores answers and words them.

#include <memory>

#include "lemma/tasks/text/answers.h"
#include "lemma/tasks/text/coder.h"
#include "lemma/tasks/text/encoder.h"
#include "lemma/tasks/text/options.h"

namespace lemma::tasks {

/// The files of a text model, as TextCoder::texts() has them.
std::vector<std::string> text_files();

struct TextExamples : train::Examples {
  explicit TextExamples(data::EncodedTexts encoded) : texts(std::move(encoded)) {}
  int64_t size() const override { return texts.size(); }
  /// Texts of similar length, so that little is padding.
  train::Batches draw(int64_t batch_size, Generator& generator) const override;
  std::unique_ptr<train::Examples> first(int64_t count) const override;
  std::string note() const override;
  std::string note(const train::Batches& batches) const override;
  data::EncodedTexts texts;
};

class TextLearner : public train::Learner {
 public:
  TextLearner(const TextOptions& options, TextCoder coder, std::unique_ptr<TextModel> model)
      : options_(options), coder_(std::move(coder)), model_(std::move(model)) {}
  nn::Module& module() override { return *model_; }
  std::vector<std::string> texts() const override { return coder_.texts(); }
  /// Training texts are cut to max_len; what is scored never is: a score counts every token.
  std::unique_ptr<train::Examples> examples(const train::Corpus& corpus, train::Use use) const override;
  Tensor loss(const train::Examples& examples, std::span<const int64_t> rows) override;
  int64_t classes() const override { return static_cast<int64_t>(coder_.labels.size()); }
  train::Evaluation evaluate(const train::Corpus& corpus, const train::Examples& examples) override;
  std::string predict(const std::string& where, const std::string& text) override;
  std::string predict_for_people(const std::string& where, const std::string& text, bool colour) override;
  train::Attention attention(const std::string& where, const std::string& text, size_t most) override;
  Tensor surprise(const std::string& where, const std::string& text) override;
  std::vector<train::Fact> facts(const train::Corpus& corpus, const train::Examples& train,
                                 const train::Examples& dev) override;
  std::vector<std::string> description() override;

  const TextCoder& coder() const { return coder_; }
  TextModel& model() { return *model_; }

 protected:
  using Tokens = std::vector<text::Token>;
  /// The answer for one text.
  virtual Answer decode(const float* log_probs, int64_t length, int64_t classes,
                        const std::vector<int64_t>& gold) const = 0;
  /// Fills in all but the loss, which is there already. The corpus outlives the report.
  virtual void score(const TextCorpus& corpus, std::vector<Answer> answers, train::Evaluation& result) const = 0;
  virtual std::string json(const std::string& text, const Tokens& tokens, const Answer& answer) const = 0;
  virtual std::string for_people(const std::string& text, const Tokens& tokens, const Answer& answer,
                                 bool colour) const = 0;
  /// "The model says good with probability 0.931."
  virtual std::string summary(const Tokens& tokens, const Answer& answer) const = 0;
  /// What the run's opening lines call the classes.
  virtual const char* heading() const = 0;

 private:
  std::vector<Answer> answers_to(const std::vector<data::Example>& examples);
  /// The vocabulary without <pad> and <unk>, which nobody wrote.
  int64_t known_words() const { return coder_.words.size() - 2; }

  TextOptions options_;
  TextCoder coder_;
  std::unique_ptr<TextModel> model_;
  Tensor hiding_;  // (V): how likely a word is hidden in training; made at the first step
};

/// The indices of the texts with mistakes, those with the largest loss first, at most `most`.
std::vector<size_t> worst_of(const TextCorpus& corpus, const std::vector<Answer>& answers, size_t most);

/// Starts a label in its colour on a terminal: black on one of eight light colours, which then repeat. They are of the
/// 256 that no theme changes, so the contrast is 10 : 1 or better on dark terminals and on light ones.
std::string start_of_colour(size_t label);
inline constexpr const char* kEndOfColour = "\033[0m";

}  // namespace lemma::tasks
