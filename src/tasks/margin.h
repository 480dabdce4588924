#pragma once
/// Lines with a name in the margin, as lemma inspect prints them.

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lemma/core/words.h"

namespace lemma::tasks {

/// A name in the margin of the first line, the others below it.
inline std::string lines_of(const char* name, const std::vector<std::string>& lines) {
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) out += fmt::format("{:<10}{}\n", i == 0 ? name : "", lines[i]);
  return out;
}

/// "'sad' 1,024" for each of the first fifty names, and how many more there are.
inline std::vector<std::string> count_lines(const std::vector<std::string>& names, const std::vector<int64_t>& counts) {
  constexpr size_t kMost = 50;
  std::vector<std::string> lines;
  const size_t shown = std::min(names.size(), kMost);
  for (size_t c = 0; c < shown; ++c)
    lines.push_back(fmt::format("{} {}", words::quote(names[c]), words::grouped(counts[c])));
  if (shown < names.size()) lines.push_back(fmt::format("and {} more", names.size() - shown));
  return lines;
}

}  // namespace lemma::tasks
