#pragma once
/// Sentences with their translations, and the same as ids.

#include <memory>
#include <string>
#include <vector>

#include "lemma/text/bpe.h"
#include "lemma/train/task.h"

namespace lemma::tasks {

struct SentencePairs : train::Corpus {
  int64_t size() const override { return static_cast<int64_t>(sources.size()); }
  std::string size_text() const override;
  std::vector<std::string> sources, targets;
  std::vector<int64_t> lines;
};
const SentencePairs& sentence_pairs(const train::Corpus& corpus);

/// `path`: lines of source<TAB>target, or two files of as many lines, "SOURCE,TARGET". Throws IoError naming file and
/// line; for files of unequal length with both counts.
std::unique_ptr<SentencePairs> read_pairs(const std::string& path, const train::ReadOptions& how);
/// Takes every tenth pair away and returns them.
std::unique_ptr<SentencePairs> hold_out_pairs(SentencePairs& train);

/// Ids of both sides, each ended by kEnd.
struct PairExamples : train::Examples {
  int64_t size() const override { return static_cast<int64_t>(sources.size()); }
  /// Pairs of similar length, so that little is padding.
  train::Batches draw(int64_t batch_size, Generator& generator) const override;
  train::Batches in_order_of_length(int64_t batch_size) const;
  std::unique_ptr<train::Examples> first(int64_t count) const override;
  std::string note() const override;
  /// The rows' sources (B, S), or targets (B, T), padded with kPad; `from` tokens of each left out at the front.
  Tensor batch_of(const std::vector<std::vector<int64_t>>& side, std::span<const int64_t> rows) const;

  std::vector<std::vector<int64_t>> sources, targets;
  int64_t too_long = 0;

 private:
  std::vector<int64_t> lengths() const;
};

/// Pairs with a side of more than `most` tokens are left out and counted; 0: no limit.
std::unique_ptr<PairExamples> encode_pairs(const SentencePairs& pairs, const text::Bpe& bpe, bool lower_case,
                                           int64_t most);

}  // namespace lemma::tasks
