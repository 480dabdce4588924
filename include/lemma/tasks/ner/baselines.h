#pragma once
/// What an entity model must beat.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "lemma/data/metrics.h"
#include "lemma/data/tagged_sentences.h"

namespace lemma::tasks {

/// Every token gets the tag it had most often in training; unseen ones get O.
class MajorityTagger {
 public:
  explicit MajorityTagger(const data::TaggedSentences& train);
  std::vector<std::string> tag(const std::vector<std::string>& tokens) const;  ///< one BIO tag per token

 private:
  std::unordered_map<std::string, std::string> tags_;
};

/// At each position the longest run of tokens that is an entity of exactly one type in training.
class Lexicon {
 public:
  explicit Lexicon(const data::TaggedSentences& train);
  std::vector<std::string> tag(const std::vector<std::string>& tokens) const;  ///< one BIO tag per token
  int64_t size() const { return static_cast<int64_t>(types_.size()); }

 private:
  std::unordered_map<std::string, std::string> types_;  // joined tokens -> type; "" where several types share them
  size_t longest_ = 0;
};

struct NerBaselines {
  data::EntityScore all_o;  ///< nothing is an entity: only its token accuracy means anything
  data::EntityScore majority_tag;
  data::EntityScore lexicon;
};
/// Learns each from train and scores it on dev.
NerBaselines ner_baselines(const data::TaggedSentences& train, const data::TaggedSentences& dev);

}  // namespace lemma::tasks
