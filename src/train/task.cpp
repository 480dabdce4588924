#include "lemma/train/task.h"

#include <algorithm>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"

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

Tensor Learner::surprise(const std::string&, const std::string&) {
  throw ValueError("graph", "this model gives no probability of its answer; expected one that does");
}

std::string Learner::generate(const std::string&, const std::string&, const Writing&) {
  throw ValueError("generate", "this model labels texts and writes none; expected one that writes, such as of lm");
}

std::vector<Played> Learner::play(const Playing&) {
  throw ValueError("play", "this model acts in no world; expected one of `lemma train decision`");
}

std::vector<double> Learner::returns(int64_t) const {
  throw ValueError("play", "this model acts in no world; expected one of `lemma train decision`");
}

Corpora Task::make_data(const Options&) const {
  throw ValueError("--train", "is missing; this task learns from files");
}

void Learner::set_threshold(double) {
  throw ValueError("--threshold", "is for a model that chooses between two classes; this one does not");
}

void Learner::set_reading(const ReadOptions& how) {
  throw ValueError(how.resample ? "--resample" : "--mix", "is for a model of recordings; this one is not");
}

std::string Learner::predict_for_people(const std::string& where, const std::string& text, bool) {
  return predict(where, text);
}

std::string Learner::legend(bool) const { return ""; }

std::vector<Fact> Learner::facts(const Corpus&, const Examples&, const Examples&) { return {}; }

std::string Task::trial(const std::string& model) const {
  return fmt::format("predict --model {} \"{}\"", model, sample());
}

const Task& find(const Tasks& tasks, const std::string& name) {
  for (const Task* task : tasks)
    if (task->name() == name) return *task;
  throw ValueError("task", fmt::format("'{}' is not known; expected {}", name, names_text(tasks)));
}

std::string names_text(const Tasks& tasks) {
  std::vector<std::string> names;
  for (const Task* task : tasks) names.push_back(task->name());
  return words::any_of(names);
}

}  // namespace lemma::train
