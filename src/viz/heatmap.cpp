#include "lemma/viz/heatmap.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/viz/colour.h"
#include "lemma/viz/terminal.h"

namespace lemma::viz {

namespace {

size_t columns(const Heatmap& map) { return map.values.empty() ? 0 : map.values[0].size(); }

void check(const Heatmap& map) {
  for (size_t row = 0; row < map.values.size(); ++row)
    if (map.values[row].size() != columns(map))
      throw ValueError("heatmap",
                       fmt::format("row {} has {} values, but row 0 has {}; all rows must have the same length", row,
                                   map.values[row].size(), columns(map)));
  const auto labels = [](const char* what, size_t given, size_t expected) {
    if (given != 0 && given != expected)
      throw ValueError("heatmap",
                       fmt::format("{} {} labels for {} {}s; give one for each or none", given, what, expected, what));
  };
  labels("row", map.row_labels.size(), map.values.size());
  labels("column", map.column_labels.size(), columns(map));
}

// What the ends of the colour scale stand for: as asked, or the extremes of the finite values.
std::pair<double, double> range(const Heatmap& map) {
  double low = INFINITY, high = -INFINITY;
  for (const auto& row : map.values)
    for (const double value : row)
      if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  if (low > high) low = 0, high = 1;
  return {map.low.value_or(low), map.high.value_or(high)};
}

// 0 at low, 1 at high; the middle when there is no range.
double position(double value, std::pair<double, double> range) {
  if (std::isnan(value)) return value;
  if (range.second <= range.first) return 0.5;
  return std::clamp((value - range.first) / (range.second - range.first), 0.0, 1.0);
}

int widest(const std::vector<std::string>& labels) {
  int width = 0;
  for (const std::string& label : labels) width = std::max(width, display_width(label));
  return width;
}

}  // namespace

std::string heatmap_svg(const Heatmap& map) {
  check(map);
  constexpr int kCell = 44, kLetter = 8, kMargin = 12, kScale = 70;
  const int rows = static_cast<int>(map.values.size()), cols = static_cast<int>(columns(map));
  const int left = kMargin + (map.row_labels.empty() ? 0 : widest(map.row_labels) * kLetter + 8);
  const int top = kMargin + (map.title.empty() ? 0 : 26) +
                  (map.column_labels.empty() ? 0 : widest(map.column_labels) * kLetter * 7 / 10 + 14);
  const int width = left + cols * kCell + kScale + kMargin +
                    (map.column_labels.empty() ? 0 : widest(map.column_labels) * kLetter * 7 / 10);
  const int height = top + std::max(rows, 2) * kCell + kMargin;
  const auto limits = range(map);

  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"sans-serif\" "
      "font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
      width, height);
  if (!map.title.empty())
    svg += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"16\" font-weight=\"bold\">{}</text>\n", kMargin,
                       kMargin + 14, escape_markup(map.title));
  for (int c = 0; c < static_cast<int>(map.column_labels.size()); ++c)
    svg += fmt::format("<text transform=\"translate({},{}) rotate(-45)\">{}</text>\n", left + c * kCell + kCell / 2,
                       top - 8, escape_markup(map.column_labels[static_cast<size_t>(c)]));
  for (int r = 0; r < rows; ++r) {
    const auto& row = map.values[static_cast<size_t>(r)];
    if (!map.row_labels.empty())
      svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", left - 8,
                         top + r * kCell + kCell / 2 + 5, escape_markup(map.row_labels[static_cast<size_t>(r)]));
    for (int c = 0; c < cols; ++c) {
      const double value = row[static_cast<size_t>(c)];
      const Rgb fill = viridis(position(value, limits));
      svg += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"><title>{}</title></rect>\n",
                         left + c * kCell, top + r * kCell, kCell, kCell, hex(fill), value);
      if (map.show_values)
        svg += fmt::format(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"{}\" font-size=\"12\">{:.{}f}</text>\n",
            left + c * kCell + kCell / 2, top + r * kCell + kCell / 2 + 4, hex(text_colour(fill)), value, map.decimals);
    }
  }
  // The scale: a column of colours from high (top) to low.
  const int scale_x = left + cols * kCell + 16, scale_height = std::max(rows, 2) * kCell;
  constexpr int kSteps = 32;
  for (int i = 0; i < kSteps; ++i)
    svg += fmt::format("<rect x=\"{}\" y=\"{:.1f}\" width=\"12\" height=\"{:.1f}\" fill=\"{}\"/>\n", scale_x,
                       top + scale_height * i / double{kSteps}, scale_height / double{kSteps} + 0.5,
                       hex(viridis(1 - (i + 0.5) / kSteps)));
  svg += fmt::format(
      "<text x=\"{0}\" y=\"{1}\" font-size=\"11\">{2:.{4}f}</text>\n<text x=\"{0}\" y=\"{3}\" "
      "font-size=\"11\">{5:.{4}f}</text>\n",
      scale_x + 16, top + 10, limits.second, top + scale_height, map.decimals, limits.first);
  return svg + "</svg>\n";
}

std::string heatmap_text(const Heatmap& given, bool colour) {
  check(given);
  Heatmap map = given;
  map.title = words::printable(map.title);
  for (auto* labels : {&map.row_labels, &map.column_labels})
    for (std::string& label : *labels) label = words::printable(label);
  const auto limits = range(map);
  const int label_width = widest(map.row_labels);
  // With numbers, a column holds the number beside its shade; without, only the shade.
  const int number_width = map.show_values ? map.decimals + 4 : 0;
  const int cell = std::max(number_width + 2, map.show_values ? widest(map.column_labels) : 2);
  constexpr const char* kShades[] = {"  ", "░░", "▒▒", "▓▓", "██"};
  std::string text;
  if (!map.title.empty()) text += map.title + "\n";
  if (!map.column_labels.empty() && map.show_values) {
    text += pad("", label_width);
    for (const std::string& label : map.column_labels) text += " " + pad(label, cell, true);
    text += "\n";
  }
  for (size_t r = 0; r < map.values.size(); ++r) {
    text += pad(map.row_labels.empty() ? "" : map.row_labels[r], label_width);
    for (const double value : map.values[r]) {
      const double t = position(value, limits);
      std::string shade = std::isnan(t) ? "??" : kShades[std::min(static_cast<int>(t * 5), 4)];
      if (colour) {
        const Rgb c = viridis(t);
        shade = fmt::format("\x1b[48;2;{};{};{}m  \x1b[0m", c.red, c.green, c.blue);
      }
      text += map.show_values ? fmt::format(" {:>{}.{}f}{}", value, cell - 2, map.decimals, shade) : shade;
    }
    text += "\n";
  }
  return text;
}

}  // namespace lemma::viz
