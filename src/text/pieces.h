#pragma once
// Text cut as GPT-2 cuts it before its bytes are joined: no token of a byte-pair vocabulary reaches across a cut.

#include <string_view>
#include <vector>

namespace lemma::text {

/// Views into `text`, in order, with nothing left out: "'s" and kin, a run of letters, of digits or of other marks,
/// each with the blank in front of it, and runs of white space. Radford et al., "Language models are unsupervised
/// multitask learners", 2019: 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
std::vector<std::string_view> pieces(std::string_view text);

}  // namespace lemma::text
