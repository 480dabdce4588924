#include "lemma/tasks/ner/best_tags.h"

#include <algorithm>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/data/tags.h"

namespace lemma::tasks {
namespace {

// For every I-X the tags that may stand before it, B-X and I-X, by number: thousands of tags cost no comparison of
// names.
std::vector<std::vector<size_t>> before_inside(const std::vector<std::string>& labels) {
  std::map<std::string, std::vector<size_t>> of_type;
  for (size_t c = 0; c < labels.size(); ++c)
    if (labels[c].size() > 2) of_type[labels[c].substr(2)].push_back(c);
  std::vector<std::vector<size_t>> before(labels.size());
  for (size_t c = 0; c < labels.size(); ++c)
    if (labels[c].starts_with("I-")) before[c] = of_type[labels[c].substr(2)];
  return before;
}

}  // namespace

std::vector<int64_t> best_tags(const std::vector<float>& log_probs, const std::vector<std::string>& labels) {
  const size_t C = labels.size();
  if (log_probs.empty()) return {};
  if (C == 0 || log_probs.size() % C != 0)
    throw ValueError("best_tags", fmt::format("{} log-probabilities for {} tags; expected one of each tag per token",
                                              log_probs.size(), C));
  const size_t T = log_probs.size() / C;
  std::vector<int64_t> tags(T);
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  const std::vector<std::vector<size_t>> inside = before_inside(labels);
  std::vector<double> score(C);
  for (size_t c = 0; c < C; ++c)
    score[c] = data::bio_allows("", labels[c]) ? static_cast<double>(log_probs[c]) : kNever;
  std::vector<std::vector<int64_t>> from(T, std::vector<int64_t>(C));
  for (size_t t = 1; t < T; ++t) {
    std::vector<double> next(C, kNever);
    const auto best = static_cast<size_t>(std::max_element(score.begin(), score.end()) - score.begin());
    for (size_t b = 0; b < C; ++b) {
      size_t a = best;  // O and B- may follow anything
      if (labels[b].starts_with("I-")) {
        if (inside[b].empty()) continue;
        a = inside[b].front();
        for (const size_t other : inside[b])
          if (score[other] > score[a]) a = other;
      }
      next[b] = score[a] + static_cast<double>(log_probs[t * C + b]);
      from[t][b] = static_cast<int64_t>(a);
    }
    score = next;
  }
  tags[T - 1] = std::max_element(score.begin(), score.end()) - score.begin();
  for (size_t t = T - 1; t > 0; --t) tags[t - 1] = from[t][static_cast<size_t>(tags[t])];
  return tags;
}

}  // namespace lemma::tasks
