#include "lemma/train/task.h"

#include <algorithm>

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma::train {

Batches Examples::draw(int64_t batch_size, Generator& generator) const {
  const std::vector<int64_t> order = randperm(size(), &generator).to_vector<int64_t>();
  Batches batches;
  for (int64_t begin = 0; begin < size(); begin += batch_size)
    batches.emplace_back(order.begin() + begin, order.begin() + std::min(begin + batch_size, size()));
  return batches;
}

Attention Learner::attention(const std::string&, const std::string&, size_t) {
  throw ValueError("attention", "this model has no attention; expected one with attention layers");
}

void Learner::set_threshold(double) {
  throw ValueError("--threshold", "is for a model that chooses between two classes; this one does not");
}

std::string Learner::predict_for_people(const std::string& where, const std::string& text, bool) {
  return predict(where, text);
}

std::string Learner::legend(bool) const { return ""; }

std::vector<Fact> Learner::facts(const Corpus&, const Examples&, const Examples&) { return {}; }

const Task& find(const Tasks& tasks, const std::string& name) {
  for (const Task* task : tasks)
    if (task->name() == name) return *task;
  throw ValueError("task", fmt::format("'{}' is not known; expected {}", name, names_text(tasks)));
}

std::string names_text(const Tasks& tasks) {
  std::string text;
  for (size_t i = 0; i < tasks.size(); ++i)
    text += (i == 0 ? "" : i + 1 == tasks.size() ? " or " : ", ") + tasks[i]->name();
  return text;
}

}  // namespace lemma::train
