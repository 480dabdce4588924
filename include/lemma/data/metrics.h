#pragma once
/// Scores: accuracy and confusion for classes; what a threshold does, and the best one; span-level precision, recall
/// and F1 for entities.

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
  int64_t at(int64_t gold, int64_t predicted) const;  ///< how many pairs; throws IndexError as add() does
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
  double precision() const;  ///< correct / predicted
  double recall() const;     ///< correct / gold
  double f1() const;         ///< 2 p r / (p + r)
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

/// What "yes where the score is at least the threshold" finds. precision = right yeses / yeses, recall = right yeses /
/// those that should be, f1 = 2 p r / (p + r); 0 where undefined.
struct ThresholdScore {
  double threshold = 0.5;
  SpanScore found;  ///< correct, predicted and gold count yeses
  double precision() const { return found.precision(); }
  double recall() const { return found.recall(); }
  double f1() const { return found.f1(); }
};

/// One threshold on scores (probabilities of yes) and truths (1: yes, 0: no) of the same examples. Throws ValueError if
/// their numbers differ, for a truth other than 0 or 1, or a score or threshold outside [0, 1].
ThresholdScore at_threshold(const std::vector<double>& scores, const std::vector<int64_t>& truths, double threshold);

/// The thresholds 0, 1 / steps, ..., 1. Throws as at_threshold(), and ValueError for steps below 1.
std::vector<ThresholdScore> threshold_curve(const std::vector<double>& scores, const std::vector<int64_t>& truths,
                                            int64_t steps = 20);

/// A threshold learnt from examples that were not trained on: of all that there are, one with the largest F1. It lies
/// halfway between two neighbouring scores (0: below all of them); of several that are as good, the one closest to 0.5.
/// Throws as at_threshold().
ThresholdScore best_threshold(const std::vector<double>& scores, const std::vector<int64_t>& truths);

using TagSequences = std::vector<std::vector<std::string>>;

/// Exact match of span and type, as conlleval and seqeval (default mode) count it.
/// Throws ValueError if the numbers of sentences or of tags in a sentence differ.
EntityScore score_tags(const TagSequences& gold, const TagSequences& predicted);

}  // namespace lemma::data
