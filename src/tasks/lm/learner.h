#pragma once
/// LmLearner: a language model with its codec, from a text to a loss per character, and from a prompt to a text.

#include "tasks/lm/codec.h"
#include "tasks/lm/corpus.h"
#include "tasks/lm/network.h"

namespace lemma::tasks {

class LmLearner : public train::Learner {
 public:
  LmLearner(const LmOptions& options, std::unique_ptr<Codec> codec);
  nn::Module& module() override { return *model_; }
  std::vector<std::string> texts() const override { return {codec_->json()}; }
  std::unique_ptr<train::Corpus> read(const std::string& path, bool replace_invalid) const override;
  std::unique_ptr<train::Examples> examples(const train::Corpus& corpus, train::Use use) const override;
  Tensor loss(const train::Examples& examples, std::span<const int64_t> rows) override;
  int64_t classes() const override { return codec_->size(); }
  train::Evaluation evaluate(const train::Corpus& corpus, const train::Examples& examples) override;
  std::string predict(const std::string& where, const std::string& text) override;
  std::string generate(const std::string& where, const std::string& prompt, const train::Writing& how) override;
  train::Attention attention(const std::string& where, const std::string& text, size_t most) override;
  Tensor surprise(const std::string& where, const std::string& text) override;
  std::vector<train::Fact> facts(const train::Corpus& corpus, const train::Examples& train,
                                 const train::Examples& dev) override;
  std::vector<std::string> description() override;

 private:
  /// The sum of -ln P(token | those before it), and what unknown characters cost more. Each token is given at least
  /// half a context of those before it, where the text has so many.
  double total_loss(const Windows& windows);
  /// (1, T). Throws IoError naming `where` for a text of no or too many tokens.
  Tensor input_of(const std::string& where, const std::string& text, size_t most) const;
  /// Throws IoError naming `where`, the byte and its column, where the tokens are characters and the text is none.
  void check_utf8(const std::string& where, const std::string& text) const;
  /// Throws IoError naming `where` for a character that has no id, in words.
  std::vector<int64_t> known_ids(const std::string& where, const std::string& text) const;
  int64_t end_token(const std::string& end) const;

  LmOptions options_;
  std::unique_ptr<Codec> codec_;
  std::unique_ptr<LanguageNetwork> model_;
};

}  // namespace lemma::tasks
