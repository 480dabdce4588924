#pragma once
/// Scores: accuracy and confusion for classes; span-level precision, recall and F1 for entities.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lemma/data/tags.h"

namespace lemma::data {

/// Counts of (gold, predicted) pairs.
class Confusion {
 public:
  explicit Confusion(std::vector<std::string> labels);
  /// Throws IndexError for a class that does not exist.
  void add(int64_t gold, int64_t predicted);
  int64_t at(int64_t gold, int64_t predicted) const;
  int64_t total() const { return total_; }
  /// Fraction on the diagonal; 0 for no pairs.
  double accuracy() const;
  /// A table: one row per gold label, one column per predicted one, recall on the right.
  std::string str() const;

 private:
  int64_t classes() const { return static_cast<int64_t>(labels_.size()); }
  std::vector<std::string> labels_;
  std::vector<int64_t> counts_;
  int64_t total_ = 0;
};

/// Entities found. precision = correct / predicted, recall = correct / gold, f1 = 2 p r / (p + r); 0 where undefined.
struct SpanScore {
  int64_t correct = 0, predicted = 0, gold = 0;
  double precision() const;
  double recall() const;
  double f1() const;
};

struct EntityScore {
  SpanScore all;  ///< micro: all types together
  std::map<std::string, SpanScore> types;
  int64_t tokens = 0, correct_tokens = 0;
  int64_t sentences = 0;
  double token_accuracy() const;  ///< fraction of tags that are equal; flatters, since most tags are O
  /// One line per type and one for all: precision, recall, F1, entities.
  std::string str() const;
};

using TagSequences = std::vector<std::vector<std::string>>;

/// Exact match of span and type, as conlleval and seqeval (default mode) count it.
/// Throws ValueError if the numbers of sentences or of tags in a sentence differ.
EntityScore score_tags(const TagSequences& gold, const TagSequences& predicted);

}  // namespace lemma::data
