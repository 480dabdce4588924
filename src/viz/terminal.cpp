#include "lemma/viz/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <utf8proc.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"

namespace lemma::viz {

bool shows_colour(int descriptor) {
  const char* refused = std::getenv("NO_COLOR");
  return is_terminal(descriptor) && !(refused && *refused);
}

bool is_terminal(int descriptor) {
  const char* kind = std::getenv("TERM");
  return ::isatty(descriptor) == 1 && !(kind && std::string_view(kind) == "dumb");
}

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    utf8proc_int32_t character = 0;
    const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                    static_cast<utf8proc_ssize_t>(text.size()), &character);
    width += n > 0 ? utf8proc_charwidth(character) : 1;  // a byte that is not UTF-8 shows as one replacement character
    text.remove_prefix(n > 0 ? static_cast<size_t>(n) : 1);
  }
  return width;
}

std::string pad(std::string_view text, int width, bool align_right) {
  const std::string spaces(static_cast<size_t>(std::max(0, width - display_width(text))), ' ');
  return align_right ? spaces + std::string(text) : std::string(text) + spaces;
}

namespace {

// At most `width` values: longer series are averaged into groups.
std::vector<double> grouped(const std::vector<double>& values, int width) {
  if (width < 1) throw ValueError("sparkline", fmt::format("width is {}; it must be 1 or more", width));
  const size_t groups = std::min(values.size(), static_cast<size_t>(width));
  std::vector<double> means(groups);
  for (size_t g = 0; g < groups; ++g) {
    const size_t begin = g * values.size() / groups, end = (g + 1) * values.size() / groups;
    double sum = 0;
    for (size_t i = begin; i < end; ++i) sum += values[i];
    means[g] = sum / static_cast<double>(end - begin);
  }
  return means;
}

}  // namespace

std::string sparkline(const std::vector<double>& values, int width) {
  double low = INFINITY, high = -INFINITY;
  for (const double mean : grouped(values, width))
    if (std::isfinite(mean)) low = std::min(low, mean), high = std::max(high, mean);
  return sparkline(values, width, low, high);
}

std::string sparkline(const std::vector<double>& values, int width, double low, double high) {
  constexpr const char* kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string line;
  for (const double value : grouped(values, width)) {
    if (std::isnan(value))
      line += ' ';
    else if (high <= low && std::isfinite(value))
      line += kBars[3];
    else
      line += kBars[std::clamp(static_cast<int>(std::clamp((value - low) / (high - low), 0.0, 1.0) * 8), 0, 7)];
  }
  return line;
}

std::string bar(double fraction, int width) {
  constexpr const char* kParts[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double filled = std::isnan(fraction) ? 0 : std::clamp(fraction, 0.0, 1.0);
  const int eighths = static_cast<int>(std::lround(filled * width * 8));
  std::string line;
  for (int i = 0; i < width; ++i) line += eighths >= 8 * (i + 1) ? "█" : kParts[std::max(0, eighths - 8 * i)];
  return line;
}

std::string confusion_table(const std::vector<std::vector<int64_t>>& counts, const std::vector<std::string>& names) {
  std::vector<std::string> labels;
  for (const std::string& name : names) labels.push_back(words::printable(name));
  const size_t n = labels.size();
  if (counts.size() != n)
    throw ValueError("confusion_table", fmt::format("{} rows for {} labels; give one row per label", counts.size(), n));
  std::vector<int64_t> gold(n, 0), predicted(n, 0);
  int64_t all = 0, right = 0;
  int cell = 9;    // "precision"
  int first = 16;  // "gold \ predicted"
  for (size_t i = 0; i < n; ++i) {
    if (counts[i].size() != n)
      throw ValueError("confusion_table", fmt::format("row {} has {} counts for {} labels", i, counts[i].size(), n));
    for (size_t j = 0; j < n; ++j) gold[i] += counts[i][j], predicted[j] += counts[i][j], all += counts[i][j];
    right += counts[i][i];
    cell = std::max(cell, display_width(labels[i]));
    first = std::max(first, display_width(labels[i]));
  }
  const auto percent = [](int64_t part, int64_t whole) {
    return whole ? fmt::format("{:.3f}", static_cast<double>(part) / static_cast<double>(whole)) : std::string("-");
  };
  std::string text = pad("gold \\ predicted", first);
  const auto add = [&](const std::string& entry) { text += "  " + pad(entry, cell, true); };
  for (const std::string& label : labels) add(label);
  add("all"), add("recall");
  text += "\n";
  for (size_t i = 0; i < n; ++i) {
    text += pad(labels[i], first);
    for (size_t j = 0; j < n; ++j) add(std::to_string(counts[i][j]));
    add(std::to_string(gold[i])), add(percent(counts[i][i], gold[i]));
    text += "\n";
  }
  text += pad("all", first);
  for (size_t j = 0; j < n; ++j) add(std::to_string(predicted[j]));
  add(std::to_string(all)), add(percent(right, all));
  text += "\n" + pad("precision", first);
  for (size_t j = 0; j < n; ++j) add(percent(counts[j][j], predicted[j]));
  return text + "\n";
}

}  // namespace lemma::viz
