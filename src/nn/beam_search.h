#pragma once
/// Beam search: the `beams` likeliest beginnings are carried on together.

#include "lemma/nn/generate.h"

namespace lemma::nn {

/// The text with the greatest log P / length^length_penalty among those that the beams reach. Ends when no beginning
/// can overtake the best finished text any more, or after `max` tokens.
std::vector<int64_t> beam_search(Decoding& model, const std::vector<int64_t>& prompt, const GenerateOptions& options);

}  // namespace lemma::nn
