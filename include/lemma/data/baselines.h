#pragma once
/// What a model must beat: the scores of methods that learn almost nothing.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "lemma/data/metrics.h"
#include "lemma/data/ner.h"
#include "lemma/data/sentiment.h"

namespace lemma::data {

/// Multinomial naive Bayes over the set of distinct tokens of a text (each counts once), add-one smoothing, class
/// priors; tokens never seen in training are ignored.
///   score(c) = log P(c) + sum over tokens of log (n(c, token) + 1) / (n(c) + V)
class NaiveBayes {
 public:
  NaiveBayes(const std::vector<std::vector<std::string>>& texts, const std::vector<int64_t>& labels, int64_t classes);
  int64_t predict(const std::vector<std::string>& tokens) const;

 private:
  std::vector<double> prior_;                                     // (C): log P(c)
  std::unordered_map<std::string, std::vector<double>> weights_;  // token -> (C)
};

struct SentimentBaselines {
  std::string majority_label;
  double majority = 0;     ///< accuracy of always saying the most frequent training label
  double naive_bayes = 0;  ///< accuracy of NaiveBayes on the tokeniser's tokens
};
/// Trained on `train`, scored on `dev`. Both must have the same labels.
SentimentBaselines sentiment_baselines(const SentimentData& train, const SentimentData& dev);

/// Every token gets the tag it had most often in training; unseen ones get O.
class MajorityTagger {
 public:
  explicit MajorityTagger(const NerData& train);
  std::vector<std::string> tag(const std::vector<std::string>& tokens) const;

 private:
  std::unordered_map<std::string, std::string> tags_;
};

/// At each position the longest run of tokens that is an entity of exactly one type in training.
class Lexicon {
 public:
  explicit Lexicon(const NerData& train);
  std::vector<std::string> tag(const std::vector<std::string>& tokens) const;
  int64_t size() const { return static_cast<int64_t>(types_.size()); }

 private:
  std::unordered_map<std::string, std::string> types_;  // joined tokens -> type; "" where several types share them
  size_t longest_ = 0;
};

struct NerBaselines {
  NerScore all_o;  ///< nothing is an entity: only its token accuracy means anything
  NerScore majority_tag;
  NerScore lexicon;
};
NerBaselines ner_baselines(const NerData& train, const NerData& dev);

}  // namespace lemma::data
