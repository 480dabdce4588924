#pragma once
/// Texts as ids, and batches of them as tensors.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lemma/tensor.h"

namespace lemma::data {

/// The label that losses skip (cross_entropy's ignore_index).
inline constexpr int64_t kIgnore = -100;

/// One text as ids. T tokens; features are kColumns ids per token, chars a fixed number of ids per token.
struct Example {
  std::vector<int64_t> ids;                    // (T)
  std::vector<std::vector<int64_t>> features;  // columns x (T); empty without features
  std::vector<int64_t> chars;                  // (T * characters); empty without features
  std::vector<int64_t> labels;                 // (1) for a class, (T) for tags
  int64_t length() const { return static_cast<int64_t>(ids.size()); }
};

/// Examples, and what was done to them: whatever is cut or unknown is counted.
struct EncodedTexts {
  std::vector<Example> examples;
  bool labels_per_token = false;
  int64_t characters = 0;  ///< character ids per token; 0: none
  int64_t tokens = 0;
  int64_t unknown = 0;             ///< tokens that became <unk>
  int64_t truncated_examples = 0;  ///< longer than max_len
  int64_t truncated_tokens = 0;    ///< tokens cut off
  int64_t longest = 0;             ///< tokens in the longest text as read
  double unknown_rate() const { return tokens == 0 ? 0.0 : static_cast<double>(unknown) / static_cast<double>(tokens); }
  int64_t size() const { return static_cast<int64_t>(examples.size()); }
};

/// What a model sees: B texts padded to the longest, T.
struct Batch {
  Tensor ids;                    // (B, T) int64, 0 is padding
  std::vector<Tensor> features;  // columns x (B, T) int64
  Tensor chars;                  // (B, T, C) int64; undefined without features
  Tensor mask;                   // (B, T) bool, true at real tokens
  Tensor labels;                 // (B) or (B, T) int64, kIgnore at padding; undefined without labels
  std::vector<int64_t> lengths;  // (B)
  std::vector<int64_t> indices;  // (B): which examples of the dataset
  int64_t size() const { return static_cast<int64_t>(lengths.size()); }
  /// The same batch with its tensors on `device`.
  Batch to(Device device) const;
};

/// Pads the chosen examples into one batch. Throws ValueError for no examples, IndexError for one outside the dataset.
Batch collate(const EncodedTexts& dataset, std::span<const int64_t> indices);
/// Unlabelled texts for prediction, all with or all without features.
Batch collate(const std::vector<Example>& examples);

}  // namespace lemma::data
