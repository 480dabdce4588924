#pragma once
/// BLEU: how many of a translation's words and runs of words a reference has, too.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::data {

/// BLEU = bp exp(1/4 sum_n ln p_n), n = 1 ... 4, times 100. p_n: the share of the n-grams of all translations that
/// occur in their reference, each at most as often as there; bp = exp(1 - r/t) where the translations' t words are
/// fewer than the references' r, else 1. A p_n of 0 counts as 1 / (2^k total) for the k-th such n. One reference each.
/// Papineni et al., 2002; sums, tokens (13a) and smoothing as sacrebleu's defaults, so that numbers compare.
/// Throws ValueError where the counts differ.
struct Bleu {
  double score = 0;                    ///< 0 to 100
  std::array<double, 4> precisions{};  ///< 0 to 100
  double brevity_penalty = 1;
  int64_t words = 0, reference_words = 0;
};
/// The score of all translations together, each against its reference.
Bleu bleu(std::span<const std::string> translations, std::span<const std::string> references);

/// The words that BLEU compares: punctuation and symbols stand alone, except within numbers. As mteval-v13a does.
std::vector<std::string> bleu_words(std::string_view text);

}  // namespace lemma::data
