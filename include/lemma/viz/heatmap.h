#pragma once
/// A matrix as coloured squares: for a page (SVG) or a terminal.

#include <optional>
#include <string>
#include <vector>

namespace lemma::viz {

struct Heatmap {
  std::vector<std::vector<double>> values;  ///< row by row, all rows of the same length
  std::vector<std::string> row_labels;      ///< none, or one per row
  std::vector<std::string> column_labels;   ///< none, or one per column
  std::string title;
  std::optional<double> low,
      high;                 ///< what the first and the last colour stand for; default: the smallest and largest value
  bool show_values = true;  ///< write each number into its square
  int decimals = 2;
};

/// A complete SVG document. Throws ValueError for ragged rows or a wrong number of labels.
std::string heatmap_svg(const Heatmap& map);

/// Lines of text: labels, and two characters per value that darken with it ("  ", "░░", "▒▒", "▓▓", "██"), or true
/// colours with `colour` (only for terminals). Throws as above.
std::string heatmap_text(const Heatmap& map, bool colour = false);

}  // namespace lemma::viz
