#include "lemma/train/evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lemma/autograd.h"
#include "lemma/data/batches.h"
#include "lemma/data/tags.h"
#include "lemma/ops.h"

namespace lemma::train {
namespace {

constexpr int64_t kBatch = 64;
constexpr int64_t kAttentionCells = int64_t{1} << 22;  // T x T x B of one batch: keeps long texts within memory

// Eval mode while it lives.
class EvalMode {
 public:
  explicit EvalMode(nn::Module& module) : module_(module), training_(module.is_training()) { module.eval(); }
  ~EvalMode() { module_.train(training_); }
  EvalMode(const EvalMode&) = delete;
  EvalMode& operator=(const EvalMode&) = delete;

 private:
  nn::Module& module_;
  bool training_;
};

// Log-probabilities of a batch, row-major: (B, C), or (B, T, C).
std::vector<float> log_probabilities(const TextModel& model, const data::Batch& batch) {
  return log_softmax(model(batch.to(model.device())), -1).to_vector<float>();
}

Answer class_answer(const float* log_probs, int64_t classes, const std::vector<int64_t>& gold) {
  Answer answer;
  answer.labels = {std::max_element(log_probs, log_probs + classes) - log_probs};
  for (int64_t c = 0; c < classes; ++c) answer.probabilities.push_back(std::exp(static_cast<double>(log_probs[c])));
  if (!gold.empty()) answer.loss = -static_cast<double>(log_probs[gold[0]]);
  return answer;
}

Answer tag_answer(const float* log_probs, int64_t length, const std::vector<std::string>& labels,
                  const std::vector<int64_t>& gold) {
  const auto classes = static_cast<int64_t>(labels.size());
  Answer answer;
  answer.labels = best_tags({log_probs, log_probs + length * classes}, labels);
  for (size_t t = 0; t < gold.size(); ++t)
    answer.loss -= static_cast<double>(log_probs[static_cast<int64_t>(t) * classes + gold[t]]);
  if (!gold.empty()) answer.loss /= static_cast<double>(gold.size());
  return answer;
}

// Answers of the examples whose numbers are in `batch.indices`, into their places.
void answer_batch(const TextModel& model, const TextCoder& coder, const data::Batch& batch,
                  const std::vector<data::Example>& examples, std::vector<Answer>& answers) {
  const std::vector<float> log_probs = log_probabilities(model, batch);
  const auto classes = static_cast<int64_t>(coder.labels.size());
  for (int64_t b = 0; b < batch.size(); ++b) {
    const auto i = static_cast<size_t>(batch.indices[static_cast<size_t>(b)]);
    const std::vector<int64_t>& gold = examples[i].labels;
    if (coder.task == Task::sentiment) {
      answers[i] = class_answer(log_probs.data() + b * classes, classes, gold);
    } else {
      const float* row = log_probs.data() + b * batch.mask.size(1) * classes;
      answers[i] = tag_answer(row, batch.lengths[static_cast<size_t>(b)], coder.labels, gold);
    }
  }
}

// Runs of like length, short ones many at a time.
std::vector<std::vector<int64_t>> batches_for(const std::vector<data::Example>& examples) {
  std::vector<int64_t> order(examples.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
  const auto length = [&](int64_t i) { return examples[static_cast<size_t>(i)].length(); };
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return length(a) < length(b); });
  std::vector<std::vector<int64_t>> batches;
  for (const int64_t i : order) {
    const int64_t cells = length(i) * length(i);
    const bool full = batches.empty() || static_cast<int64_t>(batches.back().size()) >= kBatch ||
                      static_cast<int64_t>(batches.back().size() + 1) * cells > kAttentionCells;
    if (full) batches.emplace_back();
    batches.back().push_back(i);
  }
  return batches;
}

std::vector<std::string> names_of(const std::vector<int64_t>& ids, const std::vector<std::string>& labels) {
  std::vector<std::string> out;
  for (const int64_t id : ids) out.push_back(labels[static_cast<size_t>(id)]);
  return out;
}

}  // namespace

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

std::vector<Answer> answer(TextModel& model, const TextCoder& coder, const std::vector<data::Example>& examples) {
  NoGrad no_grad;
  EvalMode eval_mode(model);
  std::vector<Answer> answers(examples.size());
  for (const std::vector<int64_t>& rows : batches_for(examples)) {
    std::vector<data::Example> some;
    for (const int64_t i : rows) some.push_back(examples[static_cast<size_t>(i)]);
    data::Batch batch = data::collate(some);
    batch.indices = rows;
    answer_batch(model, coder, batch, examples, answers);
  }
  return answers;
}

Evaluation evaluate(TextModel& model, const TextCoder& coder, const data::EncodedTexts& dataset) {
  Evaluation result;
  result.answers = answer(model, coder, dataset.examples);
  data::TagSequences gold, predicted;
  int64_t correct = 0, weight = 0;
  for (size_t i = 0; i < result.answers.size(); ++i) {
    const Answer& answer = result.answers[i];
    const auto n = static_cast<int64_t>(dataset.examples[i].labels.size());
    result.loss += answer.loss * static_cast<double>(n);
    weight += n;
    if (coder.task == Task::sentiment) {
      correct += answer.labels[0] == dataset.examples[i].labels.at(0);
    } else {
      gold.push_back(names_of(dataset.examples[i].labels, coder.labels));
      predicted.push_back(names_of(answer.labels, coder.labels));
    }
  }
  if (weight > 0) result.loss /= static_cast<double>(weight);
  if (coder.task == Task::sentiment) {
    result.score = dataset.size() == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(dataset.size());
  } else {
    result.ner = data::score_tags(gold, predicted);
    result.score = result.ner.all.f1();
  }
  return result;
}

}  // namespace lemma::train
