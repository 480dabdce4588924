#include "lemma/viz/curves.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/viz/colour.h"

namespace lemma::viz {

namespace {

// The finite extremes of x or y over all curves; [0, 1] when there is nothing, widened when all values are equal.
struct Range {
  double low = INFINITY, high = -INFINITY;
  void add(double value) {
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  }
  void settle() {
    if (low > high) low = 0, high = 1;
    if (low == high) {
      const double half = low == 0 ? 1 : std::abs(low) * 0.1;
      low -= half, high += half;
    }
  }
  double position(double value) const { return (value - low) / (high - low); }
};

// Colours that differ in hue and in brightness (Okabe and Ito).
constexpr const char* kColours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"};

}  // namespace

std::vector<double> round_ticks(double low, double high, int count) {
  std::vector<double> ticks;
  if (!(high > low) || count < 1 || !std::isfinite(high - low)) return ticks;
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double ratio = rough / power;
  const double step = power * (ratio > 5 ? 10 : ratio > 2 ? 5 : ratio > 1 ? 2 : 1);
  const double first = std::ceil(low / step - 1e-9);
  for (int i = 0; i < 100; ++i) {
    const double tick = (first + i) * step;
    if (tick > high + step * 1e-9) break;
    ticks.push_back(tick);
  }
  return ticks;
}

std::string curves_svg(const Plot& plot) {
  Range xs, ys;
  for (const Curve& curve : plot.curves) {
    if (curve.x.size() != curve.y.size())
      throw ValueError("curves", fmt::format("curve '{}' has {} x and {} y values; give as many of each", curve.name,
                                             curve.x.size(), curve.y.size()));
    for (const double x : curve.x) xs.add(x);
    for (const double y : curve.y) ys.add(y);
  }
  xs.settle();
  ys.settle();
  const double left = 64, right = plot.width - 16.0, top = 36, bottom = plot.height - 48.0;
  const auto px = [&](double x) { return left + (right - left) * xs.position(x); };
  const auto py = [&](double y) { return bottom - (bottom - top) * ys.position(y); };

  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"sans-serif\" "
      "font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"{2}\" y=\"22\" "
      "font-size=\"15\" "
      "font-weight=\"bold\">{3}</text>\n",
      plot.width, plot.height, left, escape_markup(plot.title));
  for (const double tick : round_ticks(xs.low, xs.high, 6))
    svg += fmt::format(
        "<line x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\" stroke=\"#e5e5e5\"/><text x=\"{0:.1f}\" y=\"{3}\" "
        "text-anchor=\"middle\">{4:.6g}</text>\n",
        px(tick), top, bottom, bottom + 16, tick);
  for (const double tick : round_ticks(ys.low, ys.high, 5))
    svg += fmt::format(
        "<line x1=\"{1}\" y1=\"{0:.1f}\" x2=\"{2}\" y2=\"{0:.1f}\" stroke=\"#e5e5e5\"/><text x=\"{3}\" y=\"{4:.1f}\" "
        "text-anchor=\"end\">{5:.6g}</text>\n",
        py(tick), left, right, left - 6, py(tick) + 4, tick);
  svg += fmt::format("<path d=\"M{} {}V{}H{}\" fill=\"none\" stroke=\"#444\"/>\n", left, top, bottom, right);
  svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", (left + right) / 2, plot.height - 10,
                     escape_markup(plot.x_label));
  svg += fmt::format("<text transform=\"translate(14,{}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
                     (top + bottom) / 2, escape_markup(plot.y_label));

  for (size_t i = 0; i < plot.curves.size(); ++i) {
    const Curve& curve = plot.curves[i];
    const char* colour = kColours[i % std::size(kColours)];
    std::string path;
    bool pen_down = false;
    for (size_t k = 0; k < curve.x.size(); ++k) {
      if (!std::isfinite(curve.x[k]) || !std::isfinite(curve.y[k])) {
        pen_down = false;
        continue;
      }
      path += fmt::format("{}{:.1f} {:.1f}", pen_down ? 'L' : 'M', px(curve.x[k]), py(curve.y[k]));
      pen_down = true;
    }
    svg += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"/>\n", path, colour);
    const double y = top + 14 + 16 * static_cast<double>(i);
    svg += fmt::format(
        "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"3\"/><text x=\"{}\" y=\"{}\" "
        "text-anchor=\"end\">{}</text>\n",
        right - 28, y - 4, right - 6, y - 4, colour, right - 34, y, escape_markup(curve.name));
  }
  return svg + "</svg>\n";
}

}  // namespace lemma::viz
