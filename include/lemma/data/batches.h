#pragma once
/// Which examples go together: texts of similar length, so that there is little padding.

#include <cstdint>
#include <vector>

#include "lemma/data/encoded_texts.h"
#include "lemma/random.h"

namespace lemma::data {

/// Indices of each batch. Every example appears exactly once; all batches but the last have batch_size.
///
/// With a generator: a random order, cut into pools of `pool` batches, each sorted by length and cut into batches, and
/// the batches shuffled. The order depends only on the generator's state. Without one: sorted by length (for
/// evaluation). Throws ValueError for a batch_size or pool below 1.
std::vector<std::vector<int64_t>> make_batches(const EncodedTexts& dataset, int64_t batch_size,
                                               Generator* generator = nullptr, int64_t pool = 50);

/// The same for examples of these lengths.
std::vector<std::vector<int64_t>> make_batches(const std::vector<int64_t>& lengths, int64_t batch_size,
                                               Generator* generator = nullptr, int64_t pool = 50);

/// The fraction of positions that are padding.
double padding_share(const EncodedTexts& dataset, const std::vector<std::vector<int64_t>>& batches);

}  // namespace lemma::data
