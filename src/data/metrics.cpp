#include "lemma/data/metrics.h"

#include <fmt/format.h>

#include <algorithm>

#include "lemma/core/error.h"
#include "lemma/text/utf8.h"

namespace lemma::data {
namespace {

double ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

size_t width_of(const std::string& label) { return text::count_code_points(label); }

std::string padded(const std::string& label, size_t width) {
  return label + std::string(width - std::min(width, width_of(label)), ' ');
}

}  // namespace

Confusion::Confusion(std::vector<std::string> labels)
    : labels_(std::move(labels)), counts_(labels_.size() * labels_.size()) {}

void Confusion::add(int64_t gold, int64_t predicted) {
  at(gold, predicted);
  ++counts_[static_cast<size_t>(gold * classes() + predicted)];
  ++total_;
}

int64_t Confusion::at(int64_t gold, int64_t predicted) const {
  for (const int64_t label : {gold, predicted})
    if (label < 0 || label >= classes())
      throw IndexError("confusion", fmt::format("class {} is outside [0, {})", label, classes()), label, classes());
  return counts_[static_cast<size_t>(gold * classes() + predicted)];
}

double Confusion::accuracy() const {
  int64_t correct = 0;
  for (int64_t c = 0; c < classes(); ++c) correct += at(c, c);
  return ratio(correct, total_);
}

std::string Confusion::str() const {
  const std::string corner = "gold \\ predicted";
  size_t first = width_of(corner), cell = 6;
  for (const std::string& label : labels_) {
    first = std::max(first, width_of(label));
    cell = std::max(cell, width_of(label));
  }
  std::string out = padded(corner, first);
  const auto right = [&](const std::string& label) {
    return "  " + std::string(cell - std::min(cell, width_of(label)), ' ') + label;
  };
  for (const std::string& label : labels_) out += right(label);
  out += right("recall") + "\n";
  for (int64_t gold = 0; gold < classes(); ++gold) {
    out += padded(labels_[static_cast<size_t>(gold)], first);
    int64_t row = 0;
    for (int64_t p = 0; p < classes(); ++p) {
      row += at(gold, p);
      out += right(std::to_string(at(gold, p)));
    }
    out += right(fmt::format("{:.3f}", ratio(at(gold, gold), row))) + "\n";
  }
  return out;
}

double SpanScore::precision() const { return ratio(correct, predicted); }
double SpanScore::recall() const { return ratio(correct, gold); }
double SpanScore::f1() const {
  const double p = precision(), r = recall();
  return p + r == 0 ? 0.0 : 2 * p * r / (p + r);
}

double EntityScore::token_accuracy() const { return ratio(correct_tokens, tokens); }

std::string EntityScore::str() const {
  size_t first = 4;
  for (const auto& [type, score] : types) first = std::max(first, width_of(type));
  std::string out = padded("type", first) + "  precision  recall      f1  entities\n";
  const auto line = [&](const std::string& name, const SpanScore& score) {
    out += fmt::format("{}  {:9.3f}  {:6.3f}  {:6.3f}  {:8}\n", padded(name, first), score.precision(), score.recall(),
                       score.f1(), score.gold);
  };
  for (const auto& [type, score] : types) line(type, score);
  line("all", all);
  return out;
}

EntityScore score_tags(const TagSequences& gold, const TagSequences& predicted) {
  if (gold.size() != predicted.size())
    throw ValueError("score_tags", fmt::format("{} gold sentences and {} predicted; expected the same number",
                                               gold.size(), predicted.size()));
  EntityScore score;
  score.sentences = static_cast<int64_t>(gold.size());
  for (size_t s = 0; s < gold.size(); ++s) {
    if (gold[s].size() != predicted[s].size())
      throw ValueError("score_tags",
                       fmt::format("sentence {} has {} gold tags and {} predicted; expected the same number", s,
                                   gold[s].size(), predicted[s].size()));
    score.tokens += static_cast<int64_t>(gold[s].size());
    for (size_t i = 0; i < gold[s].size(); ++i) score.correct_tokens += gold[s][i] == predicted[s][i];
    const std::vector<Span> truth = spans_of(gold[s]), guess = spans_of(predicted[s]);
    for (const Span& span : truth) ++score.types[span.type].gold;
    for (const Span& span : guess) {
      SpanScore& type = score.types[span.type];
      ++type.predicted;
      type.correct += std::binary_search(truth.begin(), truth.end(), span);  // spans come in order
    }
  }
  for (const auto& [type, part] : score.types) {
    score.all.correct += part.correct;
    score.all.predicted += part.predicted;
    score.all.gold += part.gold;
  }
  return score;
}

}  // namespace lemma::data
