#pragma once
/// A small picture of lines over epochs, as a part of a page, in the page's colours.

#include <string>
#include <vector>

namespace lemma::viz {

struct ChartLine {
  std::string name;
  std::vector<double> y;  ///< of epochs 1, 2, ...; NaN leaves a gap
  int colour = 0;         ///< 0: var(--first), 1: var(--second)
  bool dashed = false;
};

struct Chart {
  std::string title;
  std::vector<ChartLine> lines;
  std::string level_name = {};  ///< of a horizontal line; empty: none
  double level = 0;
};

/// A <figure>: title, legend, and an SVG as wide as its place, whose letters are still readable on a phone. The SVG
/// says where its epochs are: data-epochs, data-left, data-right, in its own units. Nothing where no line has a finite
/// value.
std::string chart_figure(const Chart& chart);

}  // namespace lemma::viz
