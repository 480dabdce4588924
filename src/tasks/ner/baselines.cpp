#include "lemma/tasks/ner/baselines.h"

#include <algorithm>
#include <map>

#include "lemma/data/tags.h"

namespace lemma::tasks {
namespace {

// Tokens [begin, end) as one key; no token read from a text file contains the separator.
std::string joined(const std::vector<std::string>& tokens, size_t begin, size_t end) {
  std::string key;
  for (size_t i = begin; i < end; ++i) key += tokens[i] + '\n';
  return key;
}

data::TagSequences gold_of(const data::TaggedSentences& data) {
  data::TagSequences tags;
  for (const data::TaggedSentence& sentence : data.sentences) tags.push_back(sentence.tags);
  return tags;
}

template <class Tagger>
data::EntityScore score(const data::TaggedSentences& data, Tagger&& tag) {
  data::TagSequences predicted;
  for (const data::TaggedSentence& sentence : data.sentences) predicted.push_back(tag(sentence.tokens));
  return data::score_tags(gold_of(data), predicted);
}

}  // namespace

MajorityTagger::MajorityTagger(const data::TaggedSentences& train) {
  std::unordered_map<std::string, std::map<std::string, int64_t>> counts;
  for (const data::TaggedSentence& sentence : train.sentences)
    for (size_t i = 0; i < sentence.tokens.size(); ++i) ++counts[sentence.tokens[i]][sentence.tags[i]];
  for (const auto& [token, tags] : counts) {
    const auto best =
        std::max_element(tags.begin(), tags.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (best->first != "O") tags_.emplace(token, best->first);  // on a tie, the first by bytes
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

Lexicon::Lexicon(const data::TaggedSentences& train) {
  for (const data::TaggedSentence& sentence : train.sentences)
    for (const data::Span& span : data::spans_of(sentence.tags)) {
      const auto begin = static_cast<size_t>(span.begin), end = static_cast<size_t>(span.end);
      const auto [entry, fresh] = types_.emplace(joined(sentence.tokens, begin, end), span.type);
      if (!fresh && entry->second != span.type) entry->second.clear();
      longest_ = std::max(longest_, end - begin);
    }
}

std::vector<std::string> Lexicon::tag(const std::vector<std::string>& tokens) const {
  std::vector<data::Span> spans;
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
  return data::tags_of(spans, static_cast<int64_t>(tokens.size()));
}

NerBaselines ner_baselines(const data::TaggedSentences& train, const data::TaggedSentences& dev) {
  const MajorityTagger majority(train);
  const Lexicon lexicon(train);
  return {score(dev, [](const auto& tokens) { return std::vector<std::string>(tokens.size(), "O"); }),
          score(dev, [&](const auto& tokens) { return majority.tag(tokens); }),
          score(dev, [&](const auto& tokens) { return lexicon.tag(tokens); })};
}

}  // namespace lemma::tasks
