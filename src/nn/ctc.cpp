#include "lemma/nn/ctc.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma::nn {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

double either(double a, double b) {  // ln(e^a + e^b)
  const double high = std::max(a, b);
  return high == kNever ? kNever : high + std::log1p(std::exp(std::min(a, b) - high));
}

// The log-probabilities on the host.
struct Steps {
  Steps(const char* where, const Tensor& log_probs, int64_t blank) {
    if (log_probs.dim() != 2)
      throw ShapeError(where, fmt::format("log_probs are {}; expected (T, C)", log_probs.shape().str()),
                       {log_probs.shape()});
    T = log_probs.size(0), C = log_probs.size(1);
    if (blank < 0 || blank >= C)
      throw IndexError(where, fmt::format("the blank is {}; expected one of {} classes", blank, C), blank, C);
    values = log_probs.detach().to_vector<double>();
  }
  double operator()(int64_t t, int64_t c) const { return values[static_cast<size_t>(t * C + c)]; }
  int64_t T = 0, C = 0;
  std::vector<double> values;
};

}  // namespace

std::vector<int64_t> ctc_greedy(const Tensor& log_probs, int64_t blank) {
  const Steps at("ctc_greedy", log_probs, blank);
  std::vector<int64_t> labels;
  int64_t last = blank;
  for (int64_t t = 0; t < at.T; ++t) {
    int64_t best = 0;
    for (int64_t c = 1; c < at.C; ++c)
      if (at(t, c) > at(t, best)) best = c;
    if (best != last && best != blank) labels.push_back(best);
    last = best;
  }
  return labels;
}

std::vector<CtcHypothesis> ctc_beam_search(const Tensor& log_probs, int64_t width, int64_t blank) {
  const Steps at("ctc_beam_search", log_probs, blank);
  if (width < 1) throw ValueError("ctc_beam_search", fmt::format("a width of {}; expected 1 or more", width));
  struct Ways {
    double blank = kNever, label = kNever;  // of ending so
    double all() const { return either(blank, label); }
  };
  using Beam = std::vector<std::pair<std::vector<int64_t>, Ways>>;
  Beam beam = {{{}, {0, kNever}}};
  for (int64_t t = 0; t < at.T; ++t) {
    std::map<std::vector<int64_t>, Ways> next;
    for (const auto& [prefix, ways] : beam) {
      Ways& same = next[prefix];
      same.blank = either(same.blank, ways.all() + at(t, blank));
      if (!prefix.empty()) same.label = either(same.label, ways.label + at(t, prefix.back()));
      for (int64_t c = 0; c < at.C; ++c) {
        if (c == blank) continue;
        // A label follows itself only over a blank.
        const double from = !prefix.empty() && prefix.back() == c ? ways.blank : ways.all();
        if (from == kNever) continue;
        std::vector<int64_t> longer = prefix;
        longer.push_back(c);
        Ways& grown = next[longer];
        grown.label = either(grown.label, from + at(t, c));
      }
    }
    beam.assign(next.begin(), next.end());
    std::stable_sort(beam.begin(), beam.end(),
                     [](const auto& a, const auto& b) { return a.second.all() > b.second.all(); });
    beam.resize(std::min(beam.size(), static_cast<size_t>(width)));
  }
  std::vector<CtcHypothesis> best;
  for (const auto& [prefix, ways] : beam) best.push_back({prefix, ways.all()});
  return best;
}

std::vector<CtcSpan> ctc_align(const Tensor& log_probs, const std::vector<int64_t>& labels, int64_t blank) {
  const Steps at("ctc_align", log_probs, blank);
  for (const int64_t label : labels)
    if (label < 0 || label >= at.C || label == blank)
      throw IndexError("ctc_align", fmt::format("label {}; expected one of {} classes, not the blank", label, at.C),
                       label, at.C);
  if (ctc_least_steps(labels) > at.T)
    throw ValueError("ctc_align", fmt::format("{} labels need {} steps; there are {}", labels.size(),
                                              ctc_least_steps(labels), at.T));
  if (labels.empty()) return {};
  // Places: blank, l_1, blank, ..., l_S, blank.
  const auto P = static_cast<int64_t>(2 * labels.size() + 1);
  const auto said = [&](int64_t p) { return p % 2 == 0 ? blank : labels[static_cast<size_t>(p / 2)]; };
  const auto jumps = [&](int64_t p) { return p % 2 == 1 && p >= 3 && said(p) != said(p - 2); };
  std::vector<double> best(static_cast<size_t>(at.T * P), kNever);
  std::vector<int64_t> from(best.size());
  const auto index = [&](int64_t t, int64_t p) { return static_cast<size_t>(t * P + p); };
  best[index(0, 0)] = at(0, blank), best[index(0, 1)] = at(0, said(1));
  for (int64_t t = 1; t < at.T; ++t)
    for (int64_t p = 0; p < P; ++p) {
      int64_t source = p;
      if (p >= 1 && best[index(t - 1, p - 1)] > best[index(t - 1, source)]) source = p - 1;
      if (jumps(p) && best[index(t - 1, p - 2)] > best[index(t - 1, source)]) source = p - 2;
      best[index(t, p)] = best[index(t - 1, source)] + at(t, said(p));
      from[index(t, p)] = source;
    }
  int64_t p = best[index(at.T - 1, P - 1)] > best[index(at.T - 1, P - 2)] ? P - 1 : P - 2;
  std::vector<CtcSpan> spans(labels.size());
  for (int64_t t = at.T - 1; t >= 0; --t) {
    if (p % 2 == 1) {
      CtcSpan& span = spans[static_cast<size_t>(p / 2)];
      span.begin = t;
      if (span.end == 0) span.end = t + 1;
    }
    p = from[index(t, p)];
  }
  return spans;
}

int64_t ctc_least_steps(const std::vector<int64_t>& labels) {
  auto steps = static_cast<int64_t>(labels.size());
  for (size_t i = 1; i < labels.size(); ++i) steps += labels[i] == labels[i - 1];
  return steps;
}

}  // namespace lemma::nn
