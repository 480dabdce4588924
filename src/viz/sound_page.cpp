// A spectrogram with the words below it.
#include "lemma/viz/sound_page.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/viz/colour.h"
#include "lemma/viz/terminal.h"
#include "viz/page.h"

namespace lemma::viz {
namespace {

constexpr double kRange = 60;  // decibels below the loudest that differ in colour
constexpr int kLevels = 32, kWidth = 960, kBandHeight = 6, kRowHeight = 26;

constexpr const char* kStyle = R"css(
  svg { width: 100%; height: auto; display: block; } svg text { font-size: 12px; fill: var(--ink); }
  .tick { stroke: var(--control); } .word { fill: none; stroke: var(--strong); stroke-width: 1.5; }
  .looks { fill: var(--strong); opacity: .35; }
)css";

void check(const SoundPage& page) {
  if (page.loudness.empty() || page.loudness[0].empty() || !(page.seconds > 0))
    throw ValueError("sound_page", "there is no frame, no band or no time; expected some of each");
  for (const std::vector<double>& frame : page.loudness)
    if (frame.size() != page.loudness[0].size())
      throw ValueError("sound_page", fmt::format("a frame has {} bands and the first one {}; expected as many in all",
                                                 frame.size(), page.loudness[0].size()));
}

// 0 to 1: the loudness over the least that is shown.
struct Scale {
  explicit Scale(const SoundPage& page) {
    for (const std::vector<double>& frame : page.loudness)
      for (const double value : frame)
        if (std::isfinite(value)) top = std::max(top, value);
  }
  double operator()(double value) const {
    return std::isnan(value) ? 0 : std::clamp((value - top + kRange) / kRange, 0.0, 1.0);
  }
  double top = -1e30;
};

// The mean over the frames and bands of a part.
double part_of(const SoundPage& page, const Scale& scale, size_t column, size_t columns, size_t row, size_t rows) {
  const size_t T = page.loudness.size(), M = page.loudness[0].size();
  const size_t first = column * T / columns, last = std::max(first + 1, (column + 1) * T / columns);
  const size_t low = row * M / rows, high = std::max(low + 1, (row + 1) * M / rows);
  double sum = 0;
  for (size_t t = first; t < last; ++t)
    for (size_t m = low; m < high; ++m) sum += scale(page.loudness[t][m]);
  return sum / static_cast<double>((last - first) * (high - low));
}

// One path for all squares of a colour.
std::string spectrogram_svg(const SoundPage& page) {
  const Scale scale(page);
  const size_t T = page.loudness.size(), M = page.loudness[0].size();
  std::array<std::string, kLevels> paths;
  for (size_t t = 0; t < T; ++t)
    for (size_t m = 0; m < M; ++m) {
      const auto level = static_cast<size_t>(std::min(kLevels - 1.0, scale(page.loudness[t][m]) * kLevels));
      paths[level] += fmt::format("M{} {}h1v1h-1z", t, M - 1 - m);
    }
  std::string svg = fmt::format(
      "<svg x=\"0\" y=\"0\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" "
      "preserveAspectRatio=\"none\" shape-rendering=\"crispEdges\">\n",
      kWidth, static_cast<int>(M) * kBandHeight, T, M);
  for (size_t level = 0; level < kLevels; ++level)
    if (!paths[level].empty())
      svg += fmt::format("<path fill=\"{}\" d=\"{}\"/>\n", hex(viridis(static_cast<double>(level) / (kLevels - 1))),
                         paths[level]);
  return svg + "</svg>\n";
}

std::string words_svg(const SoundPage& page, int top) {
  std::string svg;
  const double scale = kWidth / page.seconds;
  for (size_t i = 0; i < page.words.size(); ++i) {
    const HeardWord& word = page.words[i];
    const int y = top + static_cast<int>(i) * kRowHeight;
    const double most = word.looks.empty() ? 1 : *std::max_element(word.looks.begin(), word.looks.end());
    const double width = kWidth / static_cast<double>(std::max<size_t>(1, word.looks.size()));
    for (size_t k = 0; k < word.looks.size(); ++k)
      if (const double height = (kRowHeight - 6) * word.looks[k] / std::max(most, 1e-9); height > 0.5)
        svg += fmt::format("<rect class=\"looks\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n",
                           static_cast<double>(k) * width, y + kRowHeight - 3 - height, width, height);
    const double x = word.begin * scale, wide = std::max(4.0, (word.end - word.begin) * scale);
    svg += fmt::format(
        "<rect class=\"word\" x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" rx=\"3\"/>"
        "<text x=\"{:.1f}\" y=\"{}\">{}</text>\n",
        x, y + 3, wide, kRowHeight - 6, std::min(x + wide + 4, kWidth - 40.0), y + 18, escape_markup(word.text));
  }
  return svg;
}

double tick_of(double seconds) { return seconds > 6 ? 1 : seconds > 1.2 ? 0.5 : 0.1; }

}  // namespace

std::string sound_html(const SoundPage& page) {
  check(page);
  const int picture = static_cast<int>(page.loudness[0].size()) * kBandHeight, axis = picture + 22;
  const int height = axis + static_cast<int>(page.words.size()) * kRowHeight + 6;
  Page out{page.title, kStyle, "", {}, "watchFrames();\n"};
  out.body = fmt::format(
      "<p>{}</p>\n<p class=\"hint\">Time runs to the right, {:.2f} seconds; frequency upwards, from "
      "{:.0f} to {:.0f} hertz. Bright is loud.{}</p>\n",
      escape_markup(page.summary), page.seconds, page.low_hertz, page.high_hertz,
      page.words.empty() ? "" : " Below, each word where it was heard.");
  out.body += fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"spectrogram, and the words below it\">\n", kWidth, height);
  out.body += spectrogram_svg(page);
  for (double t = 0; t <= page.seconds; t += tick_of(page.seconds)) {
    const double x = t * kWidth / page.seconds;
    out.body += fmt::format(
        "<line class=\"tick\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>"
        "<text x=\"{3:.1f}\" y=\"{4}\">{5:.1f} s</text>\n",
        x, picture, picture + 6, x + 3, picture + 15, t);
  }
  out.body += words_svg(page, axis) + "</svg>\n";
  if (!page.words.empty()) {
    out.body +=
        "<div class=\"around\"><div class=\"frame\"><table><thead><tr><th>Word</th><th>from</th><th>to</th></tr>"
        "</thead><tbody>\n";
    for (const HeardWord& word : page.words)
      out.body += fmt::format("<tr><td>{}</td><td>{:.2f} s</td><td>{:.2f} s</td></tr>\n", escape_markup(word.text),
                              word.begin, word.end);
    out.body += "</tbody></table></div></div>\n";
  }
  return html_page(out);
}

std::string sound_text(const SoundPage& page, int columns, bool colour, bool plain) {
  check(page);
  static const std::array<const char*, 5> blocks = {" ", "░", "▒", "▓", "█"}, letters = {" ", ".", ":", "*", "#"};
  const Scale scale(page);
  const auto wide = static_cast<size_t>(columns > 0 ? columns : 80);
  const size_t across = std::min(std::max<size_t>(wide, 8), page.loudness.size());
  const size_t rows = std::min<size_t>(12, page.loudness[0].size());
  std::string text;
  for (size_t row = rows; row-- > 0;) {
    for (size_t column = 0; column < across; ++column) {
      const double value = part_of(page, scale, column, across, row, rows);
      const auto level = static_cast<size_t>(std::min(4.0, value * 5));
      const Rgb c = viridis(value);
      text += colour ? fmt::format("\x1b[48;2;{};{};{}m \x1b[0m", c.red, c.green, c.blue)
                     : (plain ? letters : blocks)[level];
    }
    text += "\n";
  }
  // A text where a time is, if the line is free there.
  const auto put = [&](std::string& line, double time, const std::string& what) {
    const auto at = static_cast<size_t>(time / page.seconds * static_cast<double>(across) + 1e-9);
    const auto used = static_cast<size_t>(display_width(line));
    if (used > at || at + static_cast<size_t>(display_width(what)) > std::max(wide, across)) return false;
    line += std::string(at - used, ' ') + what + " ";
    return true;
  };
  const auto add = [&](std::string line) {
    while (line.ends_with(' ')) line.pop_back();
    text += line + "\n";
  };
  std::string ticks;
  for (double t = 0; t <= page.seconds; t += tick_of(page.seconds)) put(ticks, t, fmt::format("{:.1f}", t));
  add(ticks + (ticks.size() + 2 <= wide ? "s" : ""));
  std::vector<std::string> lines(1);
  for (const HeardWord& word : page.words) {
    const double middle = (word.begin + word.end) / 2;
    const std::string shown = words::printable(word.text);
    if (std::none_of(lines.begin(), lines.end(), [&](std::string& line) { return put(line, middle, shown); }) &&
        !put(lines.emplace_back(), middle, shown))
      lines.back() = shown;
  }
  if (!page.words.empty())
    for (const std::string& line : lines) add(line);
  return text;
}

}  // namespace lemma::viz
