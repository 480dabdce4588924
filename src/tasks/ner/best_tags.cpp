#include "lemma/tasks/ner/best_tags.h"

#include <algorithm>
#include <limits>

#include "lemma/data/tags.h"

namespace lemma::tasks {

std::vector<int64_t> best_tags(const std::vector<float>& log_probs, const std::vector<std::string>& labels) {
  const size_t C = labels.size(), T = log_probs.size() / C;
  std::vector<int64_t> tags(T);
  if (T == 0) return tags;
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  std::vector<std::vector<bool>> allowed(C, std::vector<bool>(C));
  for (size_t a = 0; a < C; ++a)
    for (size_t b = 0; b < C; ++b) allowed[a][b] = data::bio_allows(labels[a], labels[b]);
  std::vector<double> score(C);
  for (size_t c = 0; c < C; ++c)
    score[c] = data::bio_allows("", labels[c]) ? static_cast<double>(log_probs[c]) : kNever;
  std::vector<std::vector<int64_t>> from(T, std::vector<int64_t>(C));
  for (size_t t = 1; t < T; ++t) {
    std::vector<double> next(C, kNever);
    for (size_t b = 0; b < C; ++b)
      for (size_t a = 0; a < C; ++a)
        if (const double s = score[a] + static_cast<double>(log_probs[t * C + b]); allowed[a][b] && s > next[b]) {
          next[b] = s;
          from[t][b] = static_cast<int64_t>(a);
        }
    score = next;
  }
  tags[T - 1] = std::max_element(score.begin(), score.end()) - score.begin();
  for (size_t t = T - 1; t > 0; --t) tags[t - 1] = from[t][static_cast<size_t>(tags[t])];
  return tags;
}

}  // namespace lemma::tasks
