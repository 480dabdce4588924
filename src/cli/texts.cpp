#include "cli/texts.h"

#include <fmt/format.h>

#include "cli/cli.h"
#include "lemma/core/error.h"

namespace lemma::cli {

std::vector<text::Token> tokens_of(const train::TextCoder& coder, const std::string& where, const std::string& text,
                                   size_t most) {
  check_utf8(where, text);
  std::vector<text::Token> tokens = coder.tokens(text);
  if (tokens.empty()) throw IoError(where, "holds no word; expected a text");
  if (tokens.size() > most)
    throw IoError(where,
                  fmt::format("is {} tokens long; expected at most {}, so cut it into sentences", tokens.size(), most));
  return tokens;
}

data::Example encode(const train::TextCoder& coder, const std::vector<text::Token>& tokens) {
  std::vector<std::string> words;
  for (const text::Token& token : tokens) words.push_back(token.text);
  return coder.encode(words);
}

}  // namespace lemma::cli
