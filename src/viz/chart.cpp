#include "viz/chart.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lemma/viz/colour.h"
#include "lemma/viz/curves.h"

namespace lemma::viz {

namespace {

constexpr double kWidth = 360, kHeight = 216, kLeft = 50, kRight = 350, kTop = 10, kBottom = 182;
constexpr size_t kDots = 40;  // up to so many epochs each value has a dot

struct Scale {
  double low = INFINITY, high = -INFINITY, epochs = 1;
  void add(double value) {
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  }
  void settle() {
    const double room = high > low ? (high - low) * 0.05 : std::max(std::abs(low) * 0.1, 1e-6);
    low = low >= 0 ? std::max(0.0, low - room) : low - room;
    high += room;
  }
  double x(double epoch) const {
    return epochs > 1 ? kLeft + 8 + (kRight - kLeft - 16) * (epoch - 1) / (epochs - 1) : (kLeft + kRight) / 2;
  }
  double y(double value) const { return kBottom - (kBottom - kTop) * (value - low) / (high - low); }
};

const char* colour_of(const ChartLine& line) { return line.colour == 0 ? "--first" : "--second"; }

std::string style_of(const ChartLine& line) {
  return fmt::format("style=\"stroke:var({})\" class=\"curve\"{}", colour_of(line),
                     line.dashed ? " stroke-dasharray=\"6 4\"" : "");
}

std::string legend(const Chart& chart) {
  const auto entry = [](const std::string& style, const std::string& name) {
    return "<span><svg width=\"26\" height=\"10\" aria-hidden=\"true\"><path d=\"M0 5H26\" " + style + "/></svg> " +
           escape_markup(name) + "</span>";
  };
  std::string html;
  for (const ChartLine& line : chart.lines) html += entry(style_of(line), line.name);
  if (!chart.level_name.empty()) html += entry("class=\"level\"", chart.level_name);
  return html;
}

std::string axes(const Scale& scale) {
  std::string svg;
  for (const double tick : round_ticks(scale.low, scale.high, 4))
    svg += fmt::format(
        "<path class=\"grid\" d=\"M{} {:.1f}H{}\"/><text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:.3g}</text>",
        kLeft, scale.y(tick), kRight, kLeft - 5, scale.y(tick) + 4, tick);
  const std::vector<double> ticks = scale.epochs > 1 ? round_ticks(1, scale.epochs, 6) : std::vector<double>{1};
  for (const double tick : ticks)
    if (tick == std::floor(tick))
      svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>", scale.x(tick), kBottom + 15,
                         tick);
  return svg + fmt::format(
                   "<path class=\"axis\" d=\"M{} {}V{}H{}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">epoch"
                   "</text>\n",
                   kLeft, kTop, kBottom, kRight, kRight, kHeight - 5);
}

std::string curve(const ChartLine& line, const Scale& scale) {
  std::string path, dots;
  bool pen_down = false;
  for (size_t i = 0; i < line.y.size(); ++i) {
    const bool known = std::isfinite(line.y[i]);
    if (known) {
      const double x = scale.x(static_cast<double>(i + 1)), y = scale.y(line.y[i]);
      path += fmt::format("{}{:.1f} {:.1f}", pen_down ? 'L' : 'M', x, y);
      if (line.y.size() <= kDots)
        dots +=
            fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2\" style=\"fill:var({})\"/>", x, y, colour_of(line));
    }
    pen_down = known;
  }
  return "<path d=\"" + path + "\" " + style_of(line) + "/>" + dots + "\n";
}

}  // namespace

std::string chart_figure(const Chart& chart) {
  Scale scale;
  for (const ChartLine& line : chart.lines) {
    for (const double y : line.y) scale.add(y);
    scale.epochs = std::max(scale.epochs, static_cast<double>(line.y.size()));
  }
  if (scale.low > scale.high) return "";
  if (!chart.level_name.empty()) scale.add(chart.level);
  scale.settle();
  std::string svg = fmt::format(
      "<figure>\n<figcaption><b>{0}</b> <span class=\"legend\">{1}</span></figcaption>\n<svg class=\"chart\" "
      "viewBox=\"0 0 {2} "
      "{3}\" role=\"img\" aria-label=\"{0} over the epochs; the numbers are in the table below\" data-epochs=\"{4}\" "
      "data-left=\"{5:.1f}\" data-right=\"{6:.1f}\">\n",
      escape_markup(chart.title), legend(chart), kWidth, kHeight, scale.epochs, scale.x(1), scale.x(scale.epochs));
  svg += axes(scale);
  if (!chart.level_name.empty())
    svg += fmt::format("<path class=\"level\" d=\"M{} {:.1f}H{}\"/>\n", kLeft, scale.y(chart.level), kRight);
  for (const ChartLine& line : chart.lines) svg += curve(line, scale);
  return svg + fmt::format("<path class=\"cursor\" d=\"M0 {}V{}\" hidden=\"\"/></svg>\n</figure>\n", kTop, kBottom);
}

}  // namespace lemma::viz
