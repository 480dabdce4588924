#pragma once
/// A network that acts, with the world that it acts in.

#include <memory>

#include "lemma/tasks/decision/corpus.h"

namespace lemma::tasks {

class DecisionLearner : public train::Learner {
 public:
  explicit DecisionLearner(const DecisionOptions& options);
  nn::Module& module() override { return *network_; }
  DecisionNetwork& network() { return *network_; }
  std::unique_ptr<train::Corpus> read(const std::string& path, bool replace_invalid) const override;
  std::unique_ptr<train::Examples> examples(const train::Corpus& corpus, train::Use use) const override;
  /// Mean cross-entropy of the actions of the steps that count.
  Tensor loss(const train::Examples& examples, std::span<const int64_t> rows) override;
  int64_t classes() const override { return static_cast<int64_t>(world_->actions().size()); }
  /// The score is the mean return of episodes that were asked for the world's best.
  train::Evaluation evaluate(const train::Corpus& corpus, const train::Examples& examples) override;
  std::vector<train::Played> play(const train::Playing& how) override;
  std::vector<double> returns(int64_t count) const override;
  std::string predict(const std::string& where, const std::string& text) override;
  std::vector<train::Fact> facts(const train::Corpus& corpus, const train::Examples& train,
                                 const train::Examples& dev) override;
  std::vector<std::string> description() override;

 private:
  std::string report();

  DecisionOptions options_;
  std::unique_ptr<worlds::World> world_;
  std::unique_ptr<DecisionNetwork> network_;
};

}  // namespace lemma::tasks
