#pragma once
/// Small pictures in text, for terminals and logs.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::viz {

/// Whether a descriptor is a terminal that can move its cursor: not where TERM is dumb.
bool is_terminal(int descriptor);
/// Whether it shows colours: such a terminal, unless NO_COLOR holds any text (no-color.org).
bool shows_colour(int descriptor);

/// One character per value, from '▁' (the smallest) to '█' (the largest); a space for NaN. At most `width` characters:
/// longer series are averaged into `width` groups.
std::string sparkline(const std::vector<double>& values, int width = 60);
/// The same where '▁' stands for `low` and '█' for `high`, so that several can be compared.
std::string sparkline(const std::vector<double>& values, int width, double low, double high);

/// counts[gold][predicted] as an aligned table with totals and, per class, precision and recall.
/// Throws ValueError unless counts is labels x labels.
std::string confusion_table(const std::vector<std::vector<int64_t>>& counts, const std::vector<std::string>& labels);

/// A bar of `width` characters, filled to `fraction` in eighths of a character.
std::string bar(double fraction, int width);

/// The number of columns that a terminal needs for UTF-8 text: 2 for CJK and emoji, 0 for combining marks.
int display_width(std::string_view text);
/// `text` padded with spaces to `width` columns, on the right or (align_right) on the left; never cut.
std::string pad(std::string_view text, int width, bool align_right = false);

}  // namespace lemma::viz
