#pragma once
/// Texts that a user types, made ready for a model.

#include <string>
#include <vector>

#include "lemma/train/coder.h"

namespace lemma::cli {

/// Throws IoError naming `where` for invalid UTF-8, no token, or more than `most` of them.
std::vector<text::Token> tokens_of(const train::TextCoder& coder, const std::string& where, const std::string& text,
                                   size_t most = train::kMostTokens);

data::Example encode(const train::TextCoder& coder, const std::vector<text::Token>& tokens);

}  // namespace lemma::cli
