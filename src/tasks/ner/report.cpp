#include "tasks/ner/report.h"

#include <fmt/format.h>

#include "lemma/data/tags.h"
#include "tasks/text/learner.h"

namespace lemma::tasks {

std::vector<std::string> tag_names(const std::vector<int64_t>& tags, const std::vector<std::string>& labels) {
  std::vector<std::string> names;
  for (const int64_t tag : tags) names.push_back(labels[static_cast<size_t>(tag)]);
  return names;
}

namespace {

// "EU [ORG] rejects German [MISC] call": each entity in brackets.
std::string marked(const std::vector<std::string>& tokens, const std::vector<int64_t>& tags,
                   const std::vector<std::string>& labels) {
  const std::vector<data::Span> spans = data::spans_of(tag_names(tags, labels));
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

std::string mistake(const TextCorpus& corpus, const Answer& answer, const Sample& sample) {
  return fmt::format("  line {}:\n    right: {}\n    model: {}\n", sample.line,
                     marked(sample.tokens, sample.labels, corpus.labels),
                     marked(sample.tokens, answer.labels, corpus.labels));
}

}  // namespace

std::string report(const TextCorpus& corpus, const std::vector<Answer>& answers, const data::EntityScore& score,
                   size_t worst) {
  std::string out = score.str();
  if (!out.ends_with('\n')) out += '\n';
  const std::vector<size_t> wrong = worst_of(corpus, answers, worst);
  if (!wrong.empty()) out += "\nThe worst mistakes:\n";
  for (const size_t i : wrong) out += mistake(corpus, answers[i], corpus.samples[i]);
  return out;
}

}  // namespace lemma::tasks
