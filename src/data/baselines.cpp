#include "lemma/data/baselines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "lemma/core/error.h"
#include "lemma/text/tokenizer.h"

namespace lemma::data {
namespace {

// Tokens [begin, end) as one key; the separator stands in no token of a text file's line.
std::string joined(const std::vector<std::string>& tokens, size_t begin, size_t end) {
  std::string key;
  for (size_t i = begin; i < end; ++i) key += tokens[i] + '\n';
  return key;
}

TagSequences gold_of(const NerData& data) {
  TagSequences tags;
  for (const NerSentence& sentence : data.sentences) tags.push_back(sentence.tags);
  return tags;
}

template <class Tagger>
NerScore score(const NerData& data, Tagger&& tag) {
  TagSequences predicted;
  for (const NerSentence& sentence : data.sentences) predicted.push_back(tag(sentence.tokens));
  return score_tags(gold_of(data), predicted);
}

}  // namespace

NaiveBayes::NaiveBayes(const std::vector<std::vector<std::string>>& texts, const std::vector<int64_t>& labels,
                       int64_t classes) {
  if (texts.size() != labels.size() || texts.empty())
    throw ValueError("NaiveBayes", fmt::format("{} texts and {} labels; expected as many, and at least one",
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

SentimentBaselines sentiment_baselines(const SentimentData& train, const SentimentData& dev) {
  if (train.labels != dev.labels)
    throw ValueError("sentiment_baselines",
                     fmt::format("labels differ: {} in {}, {} in {}", fmt::join(train.labels, ", "), train.path,
                                 fmt::join(dev.labels, ", "), dev.path));
  std::vector<std::vector<std::string>> texts;
  std::vector<int64_t> labels;
  for (const SentimentExample& example : train.examples) {
    texts.push_back(text::tokenize_words(example.text));
    labels.push_back(example.label);
  }
  const NaiveBayes bayes(texts, labels, static_cast<int64_t>(train.labels.size()));
  const auto majority = std::max_element(train.counts.begin(), train.counts.end()) - train.counts.begin();
  int64_t majority_correct = 0, bayes_correct = 0;
  for (const SentimentExample& example : dev.examples) {
    majority_correct += example.label == majority;
    bayes_correct += example.label == bayes.predict(text::tokenize_words(example.text));
  }
  const auto n = static_cast<double>(std::max<size_t>(dev.examples.size(), 1));
  return {train.labels[static_cast<size_t>(majority)], static_cast<double>(majority_correct) / n,
          static_cast<double>(bayes_correct) / n};
}

MajorityTagger::MajorityTagger(const NerData& train) {
  std::unordered_map<std::string, std::map<std::string, int64_t>> counts;
  for (const NerSentence& sentence : train.sentences)
    for (size_t i = 0; i < sentence.tokens.size(); ++i) ++counts[sentence.tokens[i]][sentence.tags[i]];
  for (const auto& [token, tags] : counts) {
    const auto best =
        std::max_element(tags.begin(), tags.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (best->first != "O") tags_.emplace(token, best->first);  // of equal counts the first by bytes
  }
}

std::vector<std::string> MajorityTagger::tag(const std::vector<std::string>& tokens) const {
  std::vector<std::string> tags;
  for (const std::string& token : tokens) {
    const auto found = tags_.find(token);
    tags.push_back(found == tags_.end() ? "O" : found->second);
  }
  return tags;
}

Lexicon::Lexicon(const NerData& train) {
  for (const NerSentence& sentence : train.sentences)
    for (const Span& span : spans_of(sentence.tags)) {
      const auto begin = static_cast<size_t>(span.begin), end = static_cast<size_t>(span.end);
      const auto [entry, fresh] = types_.emplace(joined(sentence.tokens, begin, end), span.type);
      if (!fresh && entry->second != span.type) entry->second.clear();
      longest_ = std::max(longest_, end - begin);
    }
}

std::vector<std::string> Lexicon::tag(const std::vector<std::string>& tokens) const {
  std::vector<Span> spans;
  for (size_t i = 0; i < tokens.size();) {
    size_t step = 1;
    for (size_t length = std::min(longest_, tokens.size() - i); length > 0; --length) {
      const auto found = types_.find(joined(tokens, i, i + length));
      if (found == types_.end() || found->second.empty()) continue;
      spans.push_back({static_cast<int64_t>(i), static_cast<int64_t>(i + length), found->second});
      step = length;
      break;
    }
    i += step;
  }
  return tags_of(spans, static_cast<int64_t>(tokens.size()));
}

NerBaselines ner_baselines(const NerData& train, const NerData& dev) {
  const MajorityTagger majority(train);
  const Lexicon lexicon(train);
  return {score(dev, [](const auto& tokens) { return std::vector<std::string>(tokens.size(), "O"); }),
          score(dev, [&](const auto& tokens) { return majority.tag(tokens); }),
          score(dev, [&](const auto& tokens) { return lexicon.tag(tokens); })};
}

}  // namespace lemma::data
