#pragma once
/// BLEU in a tutorial's own lines: how much of a translation's wording stands in the reference. Papineni et al., 2002.

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace tutorial {

using Words = std::vector<std::string>;

inline Words words(const std::string& text) {
  std::istringstream stream(text);
  Words all;
  for (std::string word; stream >> word;) all.push_back(word);
  return all;
}

/// How often each run of n words occurs.
inline std::map<Words, int> ngrams(const Words& text, size_t n) {
  std::map<Words, int> counts;
  for (size_t i = 0; i + n <= text.size(); ++i) {
    const auto at = text.begin() + static_cast<std::ptrdiff_t>(i);
    ++counts[Words(at, at + static_cast<std::ptrdiff_t>(n))];
  }
  return counts;
}

/// The counts of a whole corpus are added up before anything is divided.
struct Bleu {
  std::array<double, 4> matches{}, totals{};
  double written = 0, wanted = 0;  // words

  void add(const std::string& translation, const std::string& reference) {
    const Words said = words(translation), truth = words(reference);
    written += static_cast<double>(said.size()), wanted += static_cast<double>(truth.size());
    for (size_t n = 1; n <= 4; ++n) {
      const std::map<Words, int> right = ngrams(truth, n);
      for (const auto& [run, count] : ngrams(said, n)) {
        const auto found = right.find(run);
        if (found != right.end()) matches[n - 1] += std::min(count, found->second);  // clipped
        totals[n - 1] += count;
      }
    }
  }
  double brevity() const { return written >= wanted ? 1 : written == 0 ? 0 : std::exp(1 - wanted / written); }
  /// 0 to 100. The k-th precision that would be 0 counts as 1 / (2^k total), as in sacrebleu.
  double score() const {
    double logs = 0, smallest = 1;
    if (matches[0] == 0 || totals[3] == 0) return 0;
    for (size_t n = 0; n < 4; ++n)
      logs += std::log((matches[n] > 0 ? matches[n] : 1 / (smallest *= 2)) / totals[n]) / 4;
    return 100 * brevity() * std::exp(logs);
  }
};

}  // namespace tutorial
