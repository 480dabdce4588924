#pragma once
/// Lines over steps: losses, scores, learning rates.

#include <string>
#include <vector>

namespace lemma::viz {

struct Curve {
  std::string name;
  std::vector<double> x, y;  ///< of the same length; a NaN or infinite y leaves a gap
};

struct Plot {
  std::vector<Curve> curves;
  std::string title, x_label, y_label;
  int width = 640, height = 400;  ///< in pixels
};

/// A complete SVG document with axes, round tick values and a legend. Throws ValueError if x and y differ in length.
std::string curves_svg(const Plot& plot);

/// About `count` round values (1, 2 or 5 times a power of ten apart) that lie in [low, high].
std::vector<double> round_ticks(double low, double high, int count);

}  // namespace lemma::viz
