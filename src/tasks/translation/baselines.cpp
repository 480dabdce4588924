#include "tasks/translation/baselines.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "lemma/data/bleu.h"

namespace lemma::tasks {
namespace {

using Ids = std::unordered_map<std::string, size_t>;

std::vector<size_t> ids_of(const std::string& text, Ids& ids, std::vector<std::string>& names) {
  std::set<size_t> found;
  for (const std::string& word : data::bleu_words(text)) {
    const auto [at, fresh] = ids.emplace(word, names.size());
    if (fresh) names.push_back(word);
    found.insert(at->second);
  }
  return {found.begin(), found.end()};
}

// For each source word its best translation.
std::unordered_map<std::string, std::string> dictionary(const SentencePairs& train) {
  Ids left, right;
  std::vector<std::string> sources, targets;
  std::vector<std::vector<size_t>> of_source, of_target;
  for (size_t i = 0; i < train.sources.size(); ++i) {
    of_source.push_back(ids_of(train.sources[i], left, sources));
    of_target.push_back(ids_of(train.targets[i], right, targets));
  }
  std::vector<double> s(sources.size()), t(targets.size());
  std::vector<std::vector<size_t>> where(sources.size());  // sentences
  for (size_t i = 0; i < of_source.size(); ++i) {
    for (const size_t word : of_source[i]) ++s[word], where[word].push_back(i);
    for (const size_t word : of_target[i]) ++t[word];
  }
  std::unordered_map<std::string, std::string> best;
  std::vector<double> together(targets.size());
  for (size_t word = 0; word < sources.size(); ++word) {
    std::vector<size_t> met;
    for (const size_t i : where[word])
      for (const size_t other : of_target[i])
        if (together[other]++ == 0) met.push_back(other);
    double top = -1;
    for (const size_t other : met) {
      const double dice = 2 * together[other] / (s[word] + t[other]);
      if (dice > top) top = dice, best[sources[word]] = targets[other];
      together[other] = 0;
    }
  }
  return best;
}

}  // namespace

std::vector<train::Baseline> translation_baselines(const SentencePairs& train, const SentencePairs& dev) {
  const auto words = dictionary(train);
  std::vector<std::string> by_word;
  for (const std::string& source : dev.sources) {
    std::string text;
    for (const std::string& word : data::bleu_words(source)) {
      const auto found = words.find(word);
      text += (text.empty() ? "" : " ") + (found == words.end() ? word : found->second);
    }
    by_word.push_back(text);
  }
  return {{"copying", data::bleu(dev.sources, dev.targets).score},
          {"word by word", data::bleu(by_word, dev.targets).score}};
}

}  // namespace lemma::tasks
