#pragma once
/// The attention of a model on one text: as a page that opens anywhere, and on a terminal.

#include <string>
#include <vector>

namespace lemma::viz {

struct AttentionPage {
  std::string title;
  std::string summary;              ///< one sentence above the pictures, such as what the model predicted
  std::vector<std::string> tokens;  ///< Q tokens, the queries
  /// [layer][head][query][key]: how much the query's token attends to the key's; rows sum to 1.
  std::vector<std::vector<std::vector<std::vector<double>>>> weights;
  /// K tokens, the keys, where a text looks at another one; empty: at itself.
  std::vector<std::string> keys = {};
};

/// One HTML document with everything in it (no network): the answer; the text, coloured by what the chosen token
/// attends to; the chosen layer and head, or the mean of several, as a matrix with its values; every layer and head
/// small beside each other. Works by mouse, touch and keyboard. One colour scale per head. Throws ValueError unless
/// every head is Q x K.
std::string attention_html(const AttentionPage& page);

/// Which weights a picture shows; -1: the mean of all of them.
struct AttentionChoice {
  int layer = -1, head = -1;
};

/// One line per query: its token, a square for each key that darkens with its weight (in viridis with `colour`), and
/// the three keys with the largest weights. Lines that would be longer than `columns` (0: any length) lose first the
/// squares' second half, then the squares. Throws as above, and ValueError for a layer or head that is not there.
std::string attention_text(const AttentionPage& page, AttentionChoice choice, int columns, bool colour);

}  // namespace lemma::viz
