#pragma once
/// Decoding tags under the rules of BIO.

#include <cstdint>
#include <string>
#include <vector>

namespace lemma::tasks {

/// The best valid BIO sequence: the tags with the largest summed log-probability in which every I-X follows B-X or I-X
/// (Viterbi). log_probs: (T, C) row by row; `labels` are the C tags. No log-probabilities give no tags. Throws
/// ValueError for log-probabilities that are not C for every token.
std::vector<int64_t> best_tags(const std::vector<float>& log_probs, const std::vector<std::string>& labels);

}  // namespace lemma::tasks
