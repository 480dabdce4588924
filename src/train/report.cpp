// What a trained model gets right and wrong, for people.
#include <algorithm>

#include <fmt/format.h>

#include "lemma/train/evaluate.h"
#include "lemma/viz/terminal.h"

namespace lemma::train {
namespace {

// The numbers of the texts with mistakes, the dearest first.
std::vector<size_t> worst_of(const Corpus& corpus, const Evaluation& result, size_t most) {
  std::vector<size_t> wrong;
  for (size_t i = 0; i < result.answers.size(); ++i)
    if (result.answers[i].labels != corpus.samples[i].labels) wrong.push_back(i);
  const auto cost = [&](size_t i) {  // of a whole text: long ones with many errors come first
    return result.answers[i].loss * static_cast<double>(corpus.samples[i].labels.size());
  };
  std::stable_sort(wrong.begin(), wrong.end(), [&](size_t a, size_t b) { return cost(a) > cost(b); });
  if (wrong.size() > most) wrong.resize(most);
  return wrong;
}

std::string confusion(const Corpus& corpus, const Evaluation& result) {
  const size_t classes = corpus.labels.size();
  std::vector<std::vector<int64_t>> counts(classes, std::vector<int64_t>(classes));
  for (size_t i = 0; i < result.answers.size(); ++i)
    ++counts[static_cast<size_t>(corpus.samples[i].labels[0])][static_cast<size_t>(result.answers[i].labels[0])];
  return viz::confusion_table(counts, corpus.labels);
}

std::string class_mistake(const Corpus& corpus, const Answer& answer, const Sample& sample) {
  const auto given = static_cast<size_t>(answer.labels[0]);
  return fmt::format("  line {}: {} where {} is right, sure by {:.0f} %: {}\n", sample.line, corpus.labels[given],
                     corpus.labels[static_cast<size_t>(sample.labels[0])], 100 * answer.probabilities[given],
                     sample.text);
}

// "EU [ORG] rejects German [MISC] call": each entity in brackets.
std::string marked(const std::vector<std::string>& tokens, const std::vector<int64_t>& tags,
                   const std::vector<std::string>& labels) {
  std::vector<std::string> names;
  for (const int64_t tag : tags) names.push_back(labels[static_cast<size_t>(tag)]);
  const std::vector<data::Span> spans = data::spans_of(names);
  std::string out;
  size_t next = 0;
  for (size_t t = 0; t < tokens.size(); ++t) {
    if (t > 0) out += ' ';
    const bool in = next < spans.size() && static_cast<int64_t>(t) >= spans[next].begin;
    if (in && static_cast<int64_t>(t) == spans[next].begin) out += '[';
    out += tokens[t];
    if (in && static_cast<int64_t>(t) + 1 == spans[next].end) out += " " + spans[next++].type + "]";
  }
  return out;
}

std::string tag_mistake(const Corpus& corpus, const Answer& answer, const Sample& sample) {
  return fmt::format("  line {}:\n    right: {}\n    model: {}\n", sample.line,
                     marked(sample.tokens, sample.labels, corpus.labels),
                     marked(sample.tokens, answer.labels, corpus.labels));
}

}  // namespace

std::string report(const Corpus& corpus, const Evaluation& result, size_t worst) {
  std::string out = corpus.task == Task::sentiment ? confusion(corpus, result) : result.ner.str();
  if (!out.ends_with('\n')) out += '\n';
  const std::vector<size_t> wrong = worst_of(corpus, result, worst);
  if (!wrong.empty()) out += "\nThe worst mistakes:\n";
  for (const size_t i : wrong)
    out += corpus.task == Task::sentiment ? class_mistake(corpus, result.answers[i], corpus.samples[i])
                                          : tag_mistake(corpus, result.answers[i], corpus.samples[i]);
  return out;
}

}  // namespace lemma::train
