#include "tasks/sentiment/scores.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "lemma/data/metrics.h"

namespace lemma::tasks {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const data::ThresholdScore& score) {
  return {
      {"threshold", score.threshold}, {"precision", score.precision()}, {"recall", score.recall()}, {"f1", score.f1()}};
}

Json scores_by_class(const TextCorpus& corpus, const std::vector<Answer>& answers) {
  std::vector<data::SpanScore> scores(corpus.labels.size());
  for (size_t i = 0; i < answers.size(); ++i) {
    const auto truth = static_cast<size_t>(corpus.samples[i].labels[0]),
               given = static_cast<size_t>(answers[i].labels[0]);
    ++scores[truth].gold;
    ++scores[given].predicted;
    scores[truth].correct += truth == given;
  }
  Json classes = Json::object();
  for (size_t c = 0; c < scores.size(); ++c)
    classes[corpus.labels[c]] = {{"precision", scores[c].precision()},
                                 {"recall", scores[c].recall()},
                                 {"f1", scores[c].f1()},
                                 {"examples", scores[c].gold}};
  return classes;
}

// Of two classes the second is the one that is looked for.
void add_thresholds(Json& out, const TextCorpus& corpus, const std::vector<Answer>& answers, double threshold) {
  std::vector<double> scores;
  std::vector<int64_t> truths;
  for (size_t i = 0; i < answers.size(); ++i) {
    scores.push_back(std::min(answers[i].probabilities[1], 1.0));
    truths.push_back(corpus.samples[i].labels[0]);
  }
  out["positive"] = corpus.labels[1];
  out.update(json_of(data::at_threshold(scores, truths, threshold)));
  out["best_threshold"] = json_of(data::best_threshold(scores, truths));
  out["threshold_curve"] = Json::array();
  for (const data::ThresholdScore& score : data::threshold_curve(scores, truths))
    out["threshold_curve"].push_back(json_of(score));
}

}  // namespace

std::optional<std::vector<int64_t>> stars_of(const std::vector<std::string>& labels) {
  if (labels.size() < 3) return std::nullopt;
  std::vector<int64_t> stars;
  for (const std::string& label : labels) {
    int64_t value = 0;
    const char* end = label.data() + label.size();
    const auto [stop, error] = std::from_chars(label.data(), end, value);
    if (error != std::errc() || stop != end || std::abs(value) > 1'000'000) return std::nullopt;
    stars.push_back(value);
  }
  return stars;
}

double mean_absolute_error(const TextCorpus& corpus, const std::vector<Answer>& answers,
                           const std::vector<int64_t>& stars) {
  int64_t off = 0;
  for (size_t i = 0; i < answers.size(); ++i)
    off += std::abs(stars[static_cast<size_t>(answers[i].labels[0])] -
                    stars[static_cast<size_t>(corpus.samples[i].labels[0])]);
  return answers.empty() ? 0 : static_cast<double>(off) / static_cast<double>(answers.size());
}

std::string star_picture(const std::vector<std::string>& labels, int64_t label) {
  const auto stars = stars_of(labels);
  if (!stars || stars->front() < 0 || stars->front() > 1 || stars->back() > 10) return "";
  for (size_t i = 1; i < stars->size(); ++i)
    if ((*stars)[i] != (*stars)[i - 1] + 1) return "";
  std::string out;
  for (int64_t i = 0; i < stars->back(); ++i) out += i < (*stars)[static_cast<size_t>(label)] ? "★" : "☆";
  return out;
}

std::string more_scores(const TextCorpus& corpus, const std::vector<Answer>& answers, std::optional<double> threshold) {
  Json out = {{"classes", scores_by_class(corpus, answers)}};
  if (corpus.labels.size() == 2) add_thresholds(out, corpus, answers, threshold.value_or(0.5));
  if (const auto stars = stars_of(corpus.labels))
    out["mean_absolute_error"] = mean_absolute_error(corpus, answers, *stars);
  const std::string text = out.dump();
  return "," + text.substr(1, text.size() - 2);
}

}  // namespace lemma::tasks
