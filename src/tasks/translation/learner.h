#pragma once
/// TranslationLearner: a translation model with its byte pairs, from pairs of sentences to BLEU.

#include "lemma/text/bpe.h"
#include "tasks/translation/corpus.h"
#include "tasks/translation/model.h"

namespace lemma::tasks {

class TranslationLearner : public train::Learner {
 public:
  TranslationLearner(const TranslationOptions& options, text::Bpe bpe);
  nn::Module& module() override { return model_; }
  std::vector<std::string> texts() const override { return {bpe_.to_json()}; }
  std::unique_ptr<train::Corpus> read(const std::string& path, bool replace_invalid) const override;
  std::unique_ptr<train::Corpus> read_as(const std::string& path, const train::ReadOptions& how) const override;
  std::unique_ptr<train::Examples> examples(const train::Corpus& corpus, train::Use use) const override;
  Tensor loss(const train::Examples& examples, std::span<const int64_t> rows) override;
  int64_t classes() const override { return bpe_.size(); }
  train::Evaluation evaluate(const train::Corpus& corpus, const train::Examples& examples) override;
  std::string predict(const std::string& where, const std::string& text) override;
  std::string predict_for_people(const std::string& where, const std::string& text, bool colour) override;
  std::string generate(const std::string& where, const std::string& prompt, const train::Writing& how) override;
  Tensor surprise(const std::string& where, const std::string& text) override;
  /// The cross-attention of its own translation.
  train::Attention attention(const std::string& where, const std::string& text, size_t most) override;
  std::vector<train::Fact> facts(const train::Corpus& corpus, const train::Examples& train,
                                 const train::Examples& dev) override;
  std::vector<std::string> description() override;

 private:
  /// The sum of -ln P(token), over all target tokens, whose number it returns beside it.
  std::pair<double, int64_t> total_loss(const PairExamples& pairs);
  std::vector<std::string> translations(const PairExamples& pairs);
  /// (1, S). Throws IoError naming `where` for a text without words, or longer than a training text.
  Tensor source_of(const std::string& where, const std::string& text) const;
  /// As the model reads it.
  std::string read(const std::string& text) const;

  TranslationOptions options_;
  text::Bpe bpe_;
  TranslationModel model_;
};

}  // namespace lemma::tasks
