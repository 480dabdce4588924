#pragma once
/// Which examples go together: texts of like length, so that little is padding.

#include <cstdint>
#include <vector>

#include "lemma/data/dataset.h"
#include "lemma/random.h"

namespace lemma::data {

/// Indices of each batch. Every example comes exactly once; all batches but the last have batch_size.
///
/// With a generator: a random order, cut into pools of `pool` batches, each sorted by length and cut into batches, and
/// the batches shuffled. The order depends on the generator's state alone. Without one: sorted by length (for
/// evaluation). Throws ValueError for a batch_size or pool below 1.
std::vector<std::vector<int64_t>> make_batches(const EncodedTexts& dataset, int64_t batch_size,
                                               Generator* generator = nullptr, int64_t pool = 50);

/// The share of positions that are padding, 0 to 1.
double padding_share(const EncodedTexts& dataset, const std::vector<std::vector<int64_t>>& batches);

}  // namespace lemma::data
