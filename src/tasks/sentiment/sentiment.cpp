#include "lemma/tasks/sentiment/sentiment.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/nn/guide.h"
#include "lemma/ops.h"
#include "lemma/viz/terminal.h"
#include "tasks/sentiment/corpus.h"
#include "tasks/sentiment/scores.h"
#include "tasks/text/learner.h"

namespace lemma::tasks {

Tensor SentimentModel::operator()(const data::Batch& batch, std::vector<Tensor>* attention) const {
  const Tensor h = encoder(batch, attention);                  // (B, T, D)
  const Tensor real = batch.mask.to(h.dtype()).unsqueeze(-1);  // (B, T, 1)
  const Tensor mean = (h * real).sum(1) / real.sum(1);         // (B, D)
  return fc(dropout(mean));                                    // (B, C)
}

namespace {

using Json = nlohmann::ordered_json;

std::string mistake(const TextCorpus& corpus, const Answer& answer, const Sample& sample) {
  const auto given = static_cast<size_t>(answer.labels[0]);
  return fmt::format("  line {}: {} where {} is right, {:.0f} % sure: {}\n", sample.line, corpus.labels[given],
                     corpus.labels[static_cast<size_t>(sample.labels[0])], 100 * answer.probabilities[given],
                     sample.text);
}

// The confusion table and the worst mistakes.
std::string report(const TextCorpus& corpus, const std::vector<Answer>& answers, size_t worst) {
  const size_t classes = corpus.labels.size();
  std::vector<std::vector<int64_t>> counts(classes, std::vector<int64_t>(classes));
  for (size_t i = 0; i < answers.size(); ++i)
    ++counts[static_cast<size_t>(corpus.samples[i].labels[0])][static_cast<size_t>(answers[i].labels[0])];
  std::string out = viz::confusion_table(counts, corpus.labels);
  if (!out.ends_with('\n')) out += '\n';
  if (const auto stars = stars_of(corpus.labels))
    out += fmt::format("\nOn average the answer is {:.3f} away from the right number.\n",
                       mean_absolute_error(corpus, answers, *stars));
  const std::vector<size_t> wrong = worst_of(corpus, answers, worst);
  if (!wrong.empty()) out += "\nThe worst mistakes:\n";
  for (const size_t i : wrong) out += mistake(corpus, answers[i], corpus.samples[i]);
  return out;
}

class SentimentLearner : public TextLearner {
 public:
  using TextLearner::TextLearner;

  std::unique_ptr<train::Corpus> read(const std::string& path, bool replace_invalid) const override {
    return read_as(path, {.replace_invalid = replace_invalid});
  }
  std::unique_ptr<train::Corpus> read_as(const std::string& path, const train::ReadOptions& how) const override {
    return std::make_unique<TextCorpus>(corpus_of(read_labelled(path, how, coder().labels)));
  }

  void set_threshold(double threshold) override {
    if (classes() != 2)
      throw ValueError("--threshold",
                       fmt::format("is for a model that chooses between two classes; this one has {}", classes()));
    threshold_ = threshold;
  }

 protected:
  const char* heading() const override { return "classes"; }

  Answer decode(const float* log_probs, int64_t, int64_t classes, const std::vector<int64_t>& gold) const override {
    Answer answer;
    for (int64_t c = 0; c < classes; ++c) answer.probabilities.push_back(std::exp(static_cast<double>(log_probs[c])));
    answer.labels = {threshold_ ? answer.probabilities[1] >= *threshold_
                                : std::max_element(log_probs, log_probs + classes) - log_probs};
    if (!gold.empty()) answer.loss = -static_cast<double>(log_probs[gold[0]]);
    return answer;
  }

  void score(const TextCorpus& corpus, std::vector<Answer> answers, train::Evaluation& result) const override {
    int64_t correct = 0;
    for (size_t i = 0; i < answers.size(); ++i) correct += answers[i].labels[0] == corpus.samples[i].labels.at(0);
    result.score = answers.empty() ? 0 : static_cast<double>(correct) / static_cast<double>(answers.size());
    result.json = fmt::format(R"({{"task":"sentiment","examples":{},"accuracy":{},"loss":{}{}}})", corpus.size(),
                              result.score, result.loss, more_scores(corpus, answers, threshold_));
    result.report = [&corpus, answers = std::move(answers)](size_t worst) { return report(corpus, answers, worst); };
  }

  std::string json(const std::string& text, const Tokens&, const Answer& answer) const override {
    Json probabilities = Json::object();
    for (size_t c = 0; c < coder().labels.size(); ++c) probabilities[coder().labels[c]] = answer.probabilities[c];
    Json out = {{"text", text}, {"label", label_of(answer)}, {"probabilities", probabilities}};
    if (threshold_) out["positive"] = coder().labels[1], out["threshold"] = *threshold_;
    return out.dump();
  }

  // "positive ███████▍   74 %  a fine film"; "★★★☆☆ 3 ███████▍   74 %  a fine film"
  std::string for_people(const std::string& text, const Tokens&, const Answer& answer, bool colour) const override {
    int width = 0;
    for (const std::string& each : coder().labels) width = std::max(width, viz::display_width(words::printable(each)));
    const auto label = static_cast<size_t>(answer.labels[0]);
    const double p = answer.probabilities[label];
    std::string name = viz::pad(words::printable(coder().labels[label]), width);
    if (const std::string stars = star_picture(coder().labels, answer.labels[0]); !stars.empty())
      name = stars + " " + name;
    if (colour) name = start_of_colour(label) + name + kEndOfColour;
    return fmt::format("{} {} {:3.0f} %  {}", name, viz::bar(p, 10), 100 * p, words::printable(text));
  }

  std::string summary(const Tokens&, const Answer& answer) const override {
    return fmt::format("The model says {} with probability {:.3f}.", label_of(answer),
                       answer.probabilities[static_cast<size_t>(answer.labels[0])]);
  }

 private:
  const std::string& label_of(const Answer& answer) const {
    return coder().labels[static_cast<size_t>(answer.labels[0])];
  }

  std::optional<double> threshold_;  // of the second of two labels
};

class Sentiment : public train::Task {
 public:
  std::string name() const override { return "sentiment"; }
  std::string learns() const override { return "sentiment"; }
  train::Score score() const override { return {"accuracy"}; }
  std::string ending() const override { return ".tsv"; }
  std::string reads() const override {
    return "`sentence<TAB>label`, `label sentence` lines, CSV, JSON lines, fastText or SST trees";
  }
  std::string sample() const override { return "A warm, funny film that stays with you."; }
  std::vector<std::string> files() const override { return text_files(); }

  std::unique_ptr<train::Options> options() const override {
    TextOptions options;
    options.feature_scale = 0.4;
    options.token_dropout = 0.2;
    options.average = 0.995;
    options.feature_count = 3;
    return options.clone();
  }

  train::Corpora read(const std::string& train_path, const std::string& dev_path, bool replace) const override {
    return read_as(train_path, dev_path, {.replace_invalid = replace});
  }
  train::Corpora read_as(const std::string& train_path, const std::string& dev_path,
                         const train::ReadOptions& how) const override {
    return corpora_of(read_sentiment(train_path, dev_path, how),
                      dev_path.empty() ? "a tenth of each class of --train, drawn with a fixed seed" : "");
  }
  std::string inspect(const std::string& path, const train::ReadOptions& how) const override {
    return inspect_sentiment(path, how);
  }

  std::unique_ptr<train::Learner> make(const train::Corpus& train, const train::Options& given) const override {
    const TextOptions& options = text_options(given);
    return learner(options, TextCoder::build(text_corpus(train), options.min_count, options.feature_count));
  }

  std::unique_ptr<train::Learner> open(const train::Options& options,
                                       const std::vector<train::NamedText>& files) const override {
    return learner(text_options(options), TextCoder::from_texts(files, false));
  }

  std::vector<std::pair<std::string, Shape>> shapes(const train::Options& options) const override {
    return shapes_of(text_options(options));
  }

  train::MakeGuide guide() const override {
    return [](int64_t vocabulary, int64_t width, int64_t heads, int64_t outputs) -> train::GuideNetwork {
      auto model = std::make_unique<guide::SentimentClassifier>(vocabulary, width, heads, outputs);
      const auto forward = [&m = *model](const Tensor& ids) { return m(ids); };
      return {std::move(model), forward};
    };
  }

 private:
  static std::unique_ptr<train::Learner> learner(const TextOptions& options, TextCoder coder) {
    require_room(options, coder);
    auto model = std::make_unique<SentimentModel>(options, coder);
    return std::make_unique<SentimentLearner>(options, std::move(coder), std::move(model));
  }
};

}  // namespace

const train::Task& sentiment() {
  static const Sentiment task;
  return task;
}

}  // namespace lemma::tasks
