#pragma once
/// Answers for people: in colour on a terminal.

#include <string>
#include <vector>

#include "lemma/text/tokenizer.h"
#include "lemma/train/evaluate.h"

namespace lemma::cli {

/// "positive ███████▍   74 %  a fine film", or the text with each entity in its type's colour: "Anna PER lives in Oslo
/// LOC". Without `colour`, entities stand in brackets.
std::string pretty(const train::TextCoder& coder, const std::string& text, const std::vector<text::Token>& tokens,
                   const train::Answer& answer, bool colour);

}  // namespace lemma::cli
