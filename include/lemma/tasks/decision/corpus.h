#pragma once
/// Episodes as the loop sees them, and windows of them.

#include <memory>
#include <span>

#include "lemma/tasks/decision/model.h"
#include "lemma/train/task.h"
#include "lemma/worlds/episodes.h"

namespace lemma::tasks {

struct EpisodeCorpus : train::Corpus {
  int64_t size() const override { return static_cast<int64_t>(episodes.size()); }
  std::string size_text() const override;
  std::string world;
  std::vector<worlds::Episode> episodes;
};
/// Casts a corpus to that of this task. Throws ValueError for another task's.
const EpisodeCorpus& episode_corpus(const train::Corpus& corpus);

/// Windows of K steps: an example is where one begins, as a step of all episodes together.
class EpisodeWindows : public train::Examples {
 public:
  /// A window begins every `stride` steps of each episode; the corpus must outlive it.
  EpisodeWindows(const EpisodeCorpus& corpus, int64_t context, int64_t stride);
  int64_t size() const override { return static_cast<int64_t>(starts_.size()); }
  /// Rows are steps. In training each window is moved by a random part of a stride, so that all are met in time.
  train::Batches draw(int64_t batch_size, Generator& generator) const override;
  std::unique_ptr<train::Examples> first(int64_t count) const override;
  const std::vector<int64_t>& starts() const { return starts_; }
  /// The windows that begin at these steps, and which of their steps count, (B, K), 1 or 0.
  StepWindows batch(std::span<const int64_t> starts, Tensor& counts) const;

 private:
  const EpisodeCorpus* corpus_;
  std::unique_ptr<worlds::World> world_;
  int64_t context_, stride_;
  std::vector<int64_t> starts_;
  std::vector<std::pair<int64_t, int64_t>> places_;  // of each step of all: its episode, and its number there
  std::vector<std::vector<double>> to_go_;           // of each episode
};

/// Mean and spread of what is seen in the episodes, (S) each.
std::pair<Tensor, Tensor> seen_statistics(const EpisodeCorpus& corpus);

}  // namespace lemma::tasks
