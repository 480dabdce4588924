#pragma once
// Which spellings are one label: 1 and 1.0; where asked, those that differ only by case.

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace lemma::data {

class LabelNames {
 public:
  /// `known`: the labels of the training data, which spellings are brought to; empty: the file's own.
  LabelNames(const std::vector<std::string>& known, bool fold_case) : known_(known), fold_case_(fold_case) {}
  void add(const std::string& spelling) { ++counts_[spelling]; }
  /// Spellings so far.
  size_t size() const { return counts_.size(); }
  /// The labels; afterwards of() answers.
  std::vector<std::string> settle();
  const std::string& of(const std::string& spelling) const { return names_.at(spelling); }
  /// What was made one label, and what differs only by case, in words.
  std::vector<std::string> notes() const { return notes_; }

 private:
  std::vector<std::string> known_;
  bool fold_case_;
  std::map<std::string, int64_t> counts_;
  std::unordered_map<std::string, std::string> names_;  // spelling -> label
  std::vector<std::string> notes_;
};

}  // namespace lemma::data
