#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/data/metrics.h"

namespace lemma::data {
namespace {

using Scores = std::vector<double>;
using Truths = std::vector<int64_t>;

void check(const char* where, const Scores& scores, const Truths& truths) {
  if (scores.size() != truths.size())
    throw ValueError(where,
                     fmt::format("{} scores and {} truths; expected the same number", scores.size(), truths.size()));
  for (size_t i = 0; i < scores.size(); ++i) {
    if (!(scores[i] >= 0 && scores[i] <= 1))
      throw ValueError(where, fmt::format("score {} is {}; expected a probability, from 0 to 1", i, scores[i]));
    if (truths[i] != 0 && truths[i] != 1)
      throw ValueError(where, fmt::format("truth {} is {}; expected 0 or 1", i, truths[i]));
  }
}

ThresholdScore scored(const Scores& scores, const Truths& truths, double threshold) {
  ThresholdScore result{threshold, {}};
  for (size_t i = 0; i < scores.size(); ++i) {
    const bool yes = scores[i] >= threshold;
    result.found.predicted += yes;
    result.found.gold += truths[i];
    result.found.correct += yes && truths[i] == 1;
  }
  return result;
}

// A number above `low`, at most `high`, that lies between them where there is one.
double between(double low, double high) {
  const double middle = low + (high - low) / 2;
  return middle > low ? middle : high;
}

}  // namespace

ThresholdScore at_threshold(const Scores& scores, const Truths& truths, double threshold) {
  check("at_threshold", scores, truths);
  if (!(threshold >= 0 && threshold <= 1))
    throw ValueError("at_threshold", fmt::format("threshold is {}; expected one from 0 to 1", threshold));
  return scored(scores, truths, threshold);
}

std::vector<ThresholdScore> threshold_curve(const Scores& scores, const Truths& truths, int64_t steps) {
  check("threshold_curve", scores, truths);
  if (steps < 1) throw ValueError("threshold_curve", fmt::format("steps is {}; expected 1 or more", steps));
  std::vector<ThresholdScore> curve;
  for (int64_t i = 0; i <= steps; ++i)
    curve.push_back(scored(scores, truths, static_cast<double>(i) / static_cast<double>(steps)));
  return curve;
}

ThresholdScore best_threshold(const Scores& scores, const Truths& truths) {
  check("best_threshold", scores, truths);
  std::vector<size_t> order(scores.size());  // the surest yes first
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  ThresholdScore running, best;
  running.found.gold = std::accumulate(truths.begin(), truths.end(), int64_t{0});
  double best_f1 = -1;
  for (size_t i = 0; i < order.size(); ++i) {
    ++running.found.predicted;
    running.found.correct += truths[order[i]];
    const bool last = i + 1 == order.size();
    if (!last && scores[order[i + 1]] == scores[order[i]]) continue;  // one threshold takes both
    running.threshold = last ? 0 : between(scores[order[i + 1]], scores[order[i]]);
    const double f1 = running.f1();
    const auto off = [](const ThresholdScore& score) { return std::abs(score.threshold - 0.5); };
    if (f1 > best_f1 || (f1 == best_f1 && off(running) < off(best))) best = running, best_f1 = f1;
  }
  return best;
}

}  // namespace lemma::data
