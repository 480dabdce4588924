#include "lemma/tasks/sentiment/baselines.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lemma/core/error.h"
#include "lemma/text/tokenizer.h"

namespace lemma::tasks {

NaiveBayes::NaiveBayes(const std::vector<std::vector<std::string>>& texts, const std::vector<int64_t>& labels,
                       int64_t classes) {
  if (texts.size() != labels.size() || texts.empty())
    throw ValueError("NaiveBayes", fmt::format("{} texts and {} labels; expected the same number of both, at least one",
                                               texts.size(), labels.size()));
  const auto width = static_cast<size_t>(classes);
  std::vector<double> examples(width), totals(width);
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto c = static_cast<size_t>(labels[i]);
    if (labels[i] < 0 || c >= width)
      throw IndexError("NaiveBayes", fmt::format("label {} is outside [0, {})", labels[i], classes), labels[i],
                       classes);
    ++examples[c];
    for (const std::string& token : std::set<std::string>(texts[i].begin(), texts[i].end())) {
      auto& counts = weights_[token];
      counts.resize(width);
      ++counts[c];
      ++totals[c];
    }
  }
  const auto vocabulary = static_cast<double>(weights_.size());
  for (size_t c = 0; c < width; ++c) prior_.push_back(std::log(examples[c] / static_cast<double>(texts.size())));
  for (auto& [token, counts] : weights_)
    for (size_t c = 0; c < width; ++c) counts[c] = std::log((counts[c] + 1) / (totals[c] + vocabulary));
}

int64_t NaiveBayes::predict(const std::vector<std::string>& tokens) const {
  std::vector<double> scores = prior_;
  for (const std::string& token : std::set<std::string>(tokens.begin(), tokens.end())) {
    const auto found = weights_.find(token);
    if (found == weights_.end()) continue;
    for (size_t c = 0; c < scores.size(); ++c) scores[c] += found->second[c];
  }
  return std::max_element(scores.begin(), scores.end()) - scores.begin();
}

SentimentBaselines sentiment_baselines(const data::LabelledTexts& train, const data::LabelledTexts& dev) {
  if (train.labels != dev.labels)
    throw ValueError("sentiment_baselines",
                     fmt::format("labels differ: {} in {}, {} in {}", fmt::join(train.labels, ", "), train.path,
                                 fmt::join(dev.labels, ", "), dev.path));
  std::vector<std::vector<std::string>> texts;
  std::vector<int64_t> labels;
  for (const data::LabelledText& example : train.examples) {
    texts.push_back(text::tokenize_words(example.text));
    labels.push_back(example.label);
  }
  const NaiveBayes bayes(texts, labels, static_cast<int64_t>(train.labels.size()));
  const auto majority = std::max_element(train.counts.begin(), train.counts.end()) - train.counts.begin();
  int64_t majority_correct = 0, bayes_correct = 0;
  for (const data::LabelledText& example : dev.examples) {
    majority_correct += example.label == majority;
    bayes_correct += example.label == bayes.predict(text::tokenize_words(example.text));
  }
  const auto n = static_cast<double>(std::max<size_t>(dev.examples.size(), 1));
  return {train.labels[static_cast<size_t>(majority)], static_cast<double>(majority_correct) / n,
          static_cast<double>(bayes_correct) / n};
}

}  // namespace lemma::tasks
