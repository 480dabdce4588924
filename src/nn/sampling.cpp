// One token from the logits of all: penalty, temperature, top-k, top-p, chance.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "lemma/core/error.h"
#include "lemma/nn/generate.h"

namespace lemma::nn {

namespace {

using Scores = std::vector<double>;

// Keskar et al., "CTRL", 2019, section 4.1, for logits of either sign.
void penalize(Scores& logits, const std::vector<int64_t>& before, double penalty) {
  if (penalty == 1) return;
  constexpr double kLargest = std::numeric_limits<double>::max();  // two infinities would have no difference
  std::vector<bool> done(logits.size());
  for (const int64_t token : before) {
    const auto i = static_cast<size_t>(token);
    if (i >= logits.size() || done[i]) continue;
    done[i] = true;
    if (!std::isfinite(logits[i])) continue;
    const double value = logits[i] > 0 ? logits[i] / penalty : logits[i] * penalty;
    logits[i] = std::clamp(value, -kLargest, kLargest);
  }
}

void check(const Scores& logits) {
  const auto top = std::max_element(logits.begin(), logits.end());
  const bool numbers = std::none_of(logits.begin(), logits.end(), [](double x) { return std::isnan(x); });
  if (logits.empty() || !numbers || !std::isfinite(*top))
    throw ValueError("generate", logits.empty() ? "the model gives no logits"
                                                : "the model's logits hold a NaN or an Inf; its weights have diverged");
}

}  // namespace

std::vector<double> log_probabilities(const Scores& logits, const std::vector<int64_t>& before,
                                      double repetition_penalty) {
  check(logits);
  Scores result = logits;
  penalize(result, before, repetition_penalty);
  const double top = *std::max_element(result.begin(), result.end());
  double total = 0;
  for (const double x : result) total += std::exp(x - top);
  for (double& x : result) x -= top + std::log(total);
  return result;
}

int64_t draw_token(const Scores& logits, const std::vector<int64_t>& before, const GenerateOptions& options) {
  check(logits);
  Scores scores = logits;
  penalize(scores, before, options.repetition_penalty);
  if (options.temperature == 0) return std::max_element(scores.begin(), scores.end()) - scores.begin();

  std::vector<size_t> order(scores.size());  // likeliest first; of equal ones the lower number
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  if (options.top_k > 0) order.resize(std::min(order.size(), static_cast<size_t>(options.top_k)));

  Scores weights;  // e^((x - top) / temperature)
  for (const size_t i : order) weights.push_back(std::exp((scores[i] - scores[order[0]]) / options.temperature));
  const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
  double kept = 0;
  size_t count = 0;
  while (count < weights.size() && (count == 0 || kept < options.top_p * all)) kept += weights[count++];

  Generator& generator = options.generator ? *options.generator : default_generator();
  double at = generator.uniform() * kept;
  for (size_t i = 0; i + 1 < count; ++i)
    if ((at -= weights[i]) < 0) return static_cast<int64_t>(order[i]);
  return static_cast<int64_t>(order[count - 1]);
}

}  // namespace lemma::nn
