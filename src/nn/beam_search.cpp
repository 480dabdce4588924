#include "nn/beam_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lemma/ops.h"

namespace lemma::nn {

namespace {

struct Beam {
  std::vector<int64_t> tokens;  // the new ones
  double score = 0;             // log P
};

struct Step {
  size_t from;  // the beam that goes on
  int64_t token;
  double score;
};

double worth(const Beam& beam, double penalty) {
  return beam.score / std::pow(static_cast<double>(std::max<size_t>(1, beam.tokens.size())), penalty);
}

// The `count` best ways to go on, best first. Kept as a heap, the worst on top: beams x V of them would be much to
// hold.
std::vector<Step> best_steps(const std::vector<Beam>& beams, const std::vector<std::vector<double>>& logs,
                             size_t count) {
  const auto better = [](const Step& a, const Step& b) { return a.score > b.score; };
  std::vector<Step> steps;
  for (size_t b = 0; b < beams.size(); ++b)
    for (size_t v = 0; v < logs[b].size(); ++v) {
      const Step step{b, static_cast<int64_t>(v), beams[b].score + logs[b][v]};
      if (!std::isfinite(logs[b][v]) || (steps.size() == count && !better(step, steps.front()))) continue;
      if (steps.size() == count) std::pop_heap(steps.begin(), steps.end(), better), steps.pop_back();
      steps.push_back(step);
      std::push_heap(steps.begin(), steps.end(), better);
    }
  std::sort_heap(steps.begin(), steps.end(), better);
  return steps;
}

// What generate() may look at again: the prompt and the beam's own tokens.
std::vector<int64_t> joined(std::vector<int64_t> prompt, const Beam& beam) {
  prompt.insert(prompt.end(), beam.tokens.begin(), beam.tokens.end());
  return prompt;
}

}  // namespace

std::vector<int64_t> beam_search(Decoding& model, const std::vector<int64_t>& prompt, const GenerateOptions& options) {
  const auto width = static_cast<size_t>(options.beams);
  std::vector<Beam> beams(1);
  Beam best;
  double best_worth = -std::numeric_limits<double>::infinity();
  const auto offer = [&](Beam beam) {
    if (const double value = worth(beam, options.length_penalty); value > best_worth)
      best_worth = value, best = std::move(beam);
  };
  // Behind `max` tokens a beginning is worth at most this: every further token has probability 1.
  const auto bound = [&](const Beam& beam) {
    return beam.score / std::pow(static_cast<double>(options.max), options.length_penalty);
  };
  Tensor ids = tensor(prompt).unsqueeze(0);  // (1, T)
  for (int64_t i = 0; i < options.max && !beams.empty(); ++i) {
    const Tensor logits = model.next(ids);  // (beams, V)
    std::vector<std::vector<double>> logs;
    for (size_t b = 0; b < beams.size(); ++b)
      logs.push_back(log_probabilities(select(logits, 0, static_cast<int64_t>(b)).to_vector<double>(),
                                       joined(prompt, beams[b]), options.repetition_penalty));
    std::vector<Beam> next;
    std::vector<int64_t> rows, tokens;
    for (const Step& step : best_steps(beams, logs, 2 * width)) {  // twice as many: half of them may end
      Beam beam = beams[step.from];
      beam.tokens.push_back(step.token);
      beam.score = step.score;
      if (step.token == options.end || i + 1 == options.max) {
        offer(std::move(beam));
      } else if (next.size() < width) {
        next.push_back(std::move(beam));
        rows.push_back(static_cast<int64_t>(step.from));
        tokens.push_back(step.token);
      }
    }
    beams = std::move(next);
    if (beams.empty() || bound(beams.front()) <= best_worth) break;
    model.select(tensor(rows));
    ids = tensor(tokens).unsqueeze(1);  // (beams, 1)
  }
  return best.tokens;
}

}  // namespace lemma::nn
