#include "lemma/tasks/text/answers.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "lemma/autograd.h"
#include "lemma/core/error.h"
#include "lemma/ops.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kBatch = 64;
constexpr int64_t kAttentionCells = int64_t{1} << 22;  // T x T x B of one batch: keeps long texts within memory

// Eval mode while it lives; then each module is again in the mode that it had. A model in evaluation is only read.
class EvalMode {
 public:
  explicit EvalMode(nn::Module& model) {
    bool any = false;
    for (nn::Module* module : model.modules()) {
      modes_.emplace_back(module, module->is_training());
      any = any || module->is_training();
    }
    if (any)
      model.eval();
    else
      modes_.clear();
  }
  ~EvalMode() {
    for (const auto& [module, training] : modes_) module->train(training);  // parents first: parts have the last word
  }
  EvalMode(const EvalMode&) = delete;
  EvalMode& operator=(const EvalMode&) = delete;

 private:
  std::vector<std::pair<nn::Module*, bool>> modes_;
};

// Batches of similar length; the shorter the texts, the more in a batch.
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

// A model whose numbers overflow has no answer, whatever its largest logit seems to be.
void check_numbers(const float* log_probs, int64_t n) {
  if (std::any_of(log_probs, log_probs + n, [](float x) { return std::isnan(x); }))
    throw ValueError("model", "its numbers overflow to nan, so it has no answer");
}

}  // namespace

std::vector<Answer> answer(TextModel& model, const std::vector<data::Example>& examples, const Decode& decode) {
  NoGrad no_grad;
  EvalMode eval_mode(model);
  std::vector<Answer> answers(examples.size());
  for (const std::vector<int64_t>& rows : batches_for(examples)) {
    std::vector<data::Example> some;
    for (const int64_t i : rows) some.push_back(examples[static_cast<size_t>(i)]);
    const data::Batch batch = data::collate(some);
    const Tensor log_probs = log_softmax(model(batch.to(model.device())), -1);  // (B, C) or (B, T, C)
    const std::vector<float> flat = log_probs.to_vector<float>();
    const int64_t classes = log_probs.size(-1), row = log_probs.numel() / log_probs.size(0);
    for (size_t b = 0; b < rows.size(); ++b) {
      const auto i = static_cast<size_t>(rows[b]);
      check_numbers(flat.data() + static_cast<int64_t>(b) * row, std::min(row, batch.lengths[b] * classes));
      answers[i] = decode(flat.data() + static_cast<int64_t>(b) * row, batch.lengths[b], classes, examples[i].labels);
    }
  }
  return answers;
}

}  // namespace lemma::tasks
