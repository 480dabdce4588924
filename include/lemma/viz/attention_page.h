#pragma once
/// The attention of a model on one text, as a page that opens anywhere.

#include <string>
#include <vector>

namespace lemma::viz {

struct AttentionPage {
  std::string title;
  std::string summary;              ///< one sentence above the pictures, such as what the model predicted
  std::vector<std::string> tokens;  ///< T tokens
  /// [layer][head][query][key]: how much the query's token attends to the key's; rows sum to 1.
  std::vector<std::vector<std::vector<std::vector<double>>>> weights;
};

/// One HTML document with everything in it (no network): a small picture of every layer and head, the chosen one large
/// with the tokens as labels, and the text coloured by what the chosen token attends to; one colour scale per
/// head. Throws ValueError unless every head is T x T.
std::string attention_html(const AttentionPage& page);

}  // namespace lemma::viz
