#include "lemma/viz/picture_text.h"

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

using Rows = std::vector<std::vector<double>>;

size_t width_of(const Rows& rows) { return rows.empty() ? 0 : rows[0].size(); }

void check(const PictureMap& map) {
  for (size_t r = 0; r < map.rows.size(); ++r)
    if (map.rows[r].size() != width_of(map.rows))
      throw ValueError("picture",
                       fmt::format("row {} has {} values, but row 0 has {}; all rows must have the same length", r,
                                   map.rows[r].size(), width_of(map.rows)));
}

// Every value the mean of a square of `by` x `by`.
Rows coarser(const Rows& rows, size_t by) {
  Rows out;
  for (size_t y = 0; y < rows.size(); y += by) {
    auto& row = out.emplace_back();
    for (size_t x = 0; x < width_of(rows); x += by) {
      double total = 0, count = 0;
      for (size_t j = y; j < std::min(y + by, rows.size()); ++j)
        for (size_t i = x; i < std::min(x + by, width_of(rows)); ++i) total += rows[j][i], ++count;
      row.push_back(total / count);
    }
  }
  return out;
}

std::pair<double, double> range(const Rows& rows) {
  double low = INFINITY, high = -INFINITY;
  for (const auto& row : rows)
    for (const double value : row)
      if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  return low < high ? std::pair{low, high} : std::pair{low, low + 1};
}

std::string square(double t, bool colour) {
  constexpr const char* kShades[] = {"  ", "░░", "▒▒", "▓▓", "██"};
  if (!std::isfinite(t)) return "??";
  if (!colour) return kShades[std::clamp(static_cast<int>(t * 5), 0, 4)];
  const Rgb c = viridis(t);
  return fmt::format("\x1b[48;2;{};{};{}m  \x1b[0m", c.red, c.green, c.blue);
}

std::string cut(std::string text, int columns) {
  while (display_width(text) > columns) {
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
    if (!text.empty()) text.pop_back();
  }
  return text;
}

}  // namespace

std::string maps_text(const std::vector<PictureMap>& maps, int columns, bool colour) {
  if (columns <= 0) columns = 80;
  std::string text;
  for (size_t begin = 0; begin < maps.size();) {
    // As many as fit; one alone is made coarser until it does.
    std::vector<PictureMap> row;
    std::vector<int> widths;
    int used = 0;
    size_t tallest = 0;
    for (; begin < maps.size(); ++begin) {
      check(maps[begin]);
      const size_t by = std::max<size_t>(
          1, (2 * width_of(maps[begin].rows) + static_cast<size_t>(columns) - 1) / static_cast<size_t>(columns));
      PictureMap map{words::printable(maps[begin].name), coarser(maps[begin].rows, by)};
      const int pixels = 2 * static_cast<int>(width_of(map.rows)),
                width = std::max(pixels, std::min(display_width(map.name), columns));
      if (!row.empty() && used + 2 + width > columns) break;
      used += (row.empty() ? 0 : 2) + width;
      tallest = std::max(tallest, map.rows.size());
      widths.push_back(width);
      row.push_back(std::move(map));
    }
    if (!text.empty()) text += "\n";
    std::string line;
    for (size_t m = 0; m < row.size(); ++m) line += (m ? "  " : "") + pad(cut(row[m].name, widths[m]), widths[m]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    for (size_t y = 0; y < tallest; ++y) {
      line.clear();
      for (size_t m = 0; m < row.size(); ++m) {
        const auto [low, high] = range(row[m].rows);
        int drawn = 0;
        if (m > 0) line += "  ";
        if (y < row[m].rows.size())
          for (const double value : row[m].rows[y]) line += square((value - low) / (high - low), colour), drawn += 2;
        if (m + 1 < row.size()) line.append(static_cast<size_t>(widths[m] - drawn), ' ');
      }
      text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
  }
  return text;
}

PictureMap spread_over(const PictureMap& map, const PictureMap& picture) {
  check(map);
  PictureMap out{map.name, {}};
  const size_t H = picture.rows.size(), W = width_of(picture.rows), h = map.rows.size(), w = width_of(map.rows);
  for (size_t y = 0; y < H; ++y) {
    auto& row = out.rows.emplace_back();
    for (size_t x = 0; x < W; ++x) row.push_back(map.rows[y * h / H][x * w / W]);
  }
  return out;
}

}  // namespace lemma::viz
