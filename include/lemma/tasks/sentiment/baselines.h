#pragma once
/// What a sentiment model must beat.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "lemma/data/labelled_texts.h"

namespace lemma::tasks {

/// Multinomial naive Bayes over the set of distinct tokens of a text (each counts once), add-one smoothing, class
/// priors; tokens never seen in training are ignored.
///   score(c) = log P(c) + sum over tokens of log (n(c, token) + 1) / (n(c) + V)
class NaiveBayes {
 public:
  NaiveBayes(const std::vector<std::vector<std::string>>& texts, const std::vector<int64_t>& labels, int64_t classes);
  int64_t predict(const std::vector<std::string>& tokens) const;  ///< the class with the largest score

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
SentimentBaselines sentiment_baselines(const data::LabelledTexts& train, const data::LabelledTexts& dev);

}  // namespace lemma::tasks
