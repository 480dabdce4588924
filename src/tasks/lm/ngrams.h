#pragma once
/// How well counts predict a text: the baselines of language models.

#include <cstdint>
#include <string_view>
#include <vector>

namespace lemma::tasks {

/// The mean of -ln P(c | the n - 1 characters before it) over `dev`, for n = 1, ..., `orders`, learnt from `train`:
/// P_n = (count + kinds P_{n-1}) / (total + kinds), where kinds is how many different characters have followed the
/// context. Below order 1 all code points are alike. Witten and Bell, 1991.
/// Of a longer text only the last `most` characters are counted.
std::vector<double> ngram_losses(std::string_view train, std::string_view dev, int orders = 6, size_t most = 2'000'000);

}  // namespace lemma::tasks
