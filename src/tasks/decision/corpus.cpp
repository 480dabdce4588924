#include "lemma/tasks/decision/corpus.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/ops.h"

namespace lemma::tasks {

std::string EpisodeCorpus::size_text() const {
  int64_t steps = 0;
  for (const worlds::Episode& episode : episodes) steps += episode.length();
  return fmt::format("{} of {}, {}, mean return {:.1f}", words::plural(size(), "episode"), world,
                     words::plural(steps, "step"), worlds::mean_return(episodes));
}

const EpisodeCorpus& episode_corpus(const train::Corpus& corpus) {
  const auto* mine = dynamic_cast<const EpisodeCorpus*>(&corpus);
  if (!mine) throw ValueError("corpus", "this belongs to another task; expected episodes");
  return *mine;
}

EpisodeWindows::EpisodeWindows(const EpisodeCorpus& corpus, int64_t context, int64_t stride)
    : corpus_(&corpus), world_(worlds::make_world(corpus.world)), context_(context), stride_(stride) {
  for (size_t e = 0; e < corpus.episodes.size(); ++e) {
    const worlds::Episode& episode = corpus.episodes[e];
    for (int64_t t = 0; t < episode.length(); ++t) {
      if (t % stride == 0) starts_.push_back(static_cast<int64_t>(places_.size()));
      places_.emplace_back(static_cast<int64_t>(e), t);
    }
    to_go_.push_back(episode.returns_to_go());
  }
}

train::Batches EpisodeWindows::draw(int64_t batch_size, Generator& generator) const {
  train::Batches batches = Examples::draw(batch_size, generator);
  for (std::vector<int64_t>& batch : batches)
    for (int64_t& row : batch) {
      const int64_t start = starts_[static_cast<size_t>(row)], moved = start + generator.below(stride_);
      const bool same_episode = moved < static_cast<int64_t>(places_.size()) &&
                                places_[static_cast<size_t>(moved)].first == places_[static_cast<size_t>(start)].first;
      row = same_episode ? moved : start;
    }
  return batches;
}

std::unique_ptr<train::Examples> EpisodeWindows::first(int64_t count) const {
  auto some = std::make_unique<EpisodeWindows>(*corpus_, context_, stride_);
  some->starts_.resize(static_cast<size_t>(std::min(count, size())));
  some->stride_ = 1;  // these windows, and no others
  return some;
}

StepWindows EpisodeWindows::batch(std::span<const int64_t> starts, Tensor& counts) const {
  const auto B = static_cast<int64_t>(starts.size());
  const double scale = return_scale(*world_);
  const auto S = static_cast<int64_t>(world_->observe(corpus_->episodes[0].states[0]).size());
  const auto all = static_cast<size_t>(B * context_);
  std::vector<float> to_go(all), seen(all * static_cast<size_t>(S)), mask(all);
  std::vector<int64_t> actions(all), times(all);
  for (int64_t b = 0; b < B; ++b) {
    const auto [e, begin] = places_[static_cast<size_t>(starts[static_cast<size_t>(b)])];
    const worlds::Episode& episode = corpus_->episodes[static_cast<size_t>(e)];
    for (int64_t k = 0; k < std::min(context_, episode.length() - begin); ++k) {
      const auto at = static_cast<size_t>(b * context_ + k), t = static_cast<size_t>(begin + k);
      to_go[at] = static_cast<float>(to_go_[static_cast<size_t>(e)][t] / scale);
      const worlds::State now = world_->observe(episode.states[t]);
      std::transform(now.begin(), now.end(), seen.begin() + static_cast<int64_t>(at) * S,
                     [](double value) { return static_cast<float>(value); });
      actions[at] = episode.actions[t];
      times[at] = begin + k;
      mask[at] = 1;
    }
  }
  counts = from_data(mask.data(), {B, context_});
  return {from_data(to_go.data(), {B, context_, 1}), from_data(seen.data(), {B, context_, S}),
          from_data(actions.data(), {B, context_}), from_data(times.data(), {B, context_})};
}

std::pair<Tensor, Tensor> seen_statistics(const EpisodeCorpus& corpus) {
  const auto world = worlds::make_world(corpus.world);
  std::vector<double> sum, squares;
  double count = 0;
  for (const worlds::Episode& episode : corpus.episodes)
    for (const worlds::State& state : episode.states) {
      const worlds::State now = world->observe(state);
      sum.resize(now.size());
      squares.resize(now.size());
      for (size_t i = 0; i < now.size(); ++i) sum[i] += now[i], squares[i] += now[i] * now[i];
      ++count;
    }
  std::vector<float> mean, scale;
  for (size_t i = 0; i < sum.size(); ++i) {
    const double middle = sum[i] / count;
    mean.push_back(static_cast<float>(middle));
    scale.push_back(static_cast<float>(std::max(1e-3, std::sqrt(std::max(0.0, squares[i] / count - middle * middle)))));
  }
  const auto size = static_cast<int64_t>(mean.size());
  return {from_data(mean.data(), {size}), from_data(scale.data(), {size})};
}

}  // namespace lemma::tasks
