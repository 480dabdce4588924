#include "lemma/train/weight_average.h"

#include <algorithm>

#include <fmt/format.h>

#include "lemma/autograd.h"
#include "lemma/ops.h"

namespace lemma::train {

WeightAverage::WeightAverage(const nn::Module& model, double decay) : decay_(decay) {
  NoGrad guard;
  if (!active()) return;
  weights_ = model.state_dict();
  for (const auto& [key, value] : weights_) mean_.emplace_back(key, value.clone());
}

void WeightAverage::update(int64_t step) {
  NoGrad guard;
  const double decay = std::min(decay_, static_cast<double>(step) / static_cast<double>(step + 9));
  for (size_t i = 0; i < weights_.size(); ++i) mean_[i].second.mul_(decay).add_(weights_[i].second, 1 - decay);
}

void WeightAverage::swap() {
  NoGrad guard;
  for (size_t i = 0; i < weights_.size(); ++i) {
    const Tensor kept = weights_[i].second.clone();
    weights_[i].second.copy_(mean_[i].second);
    mean_[i].second.copy_(kept);
  }
}

StateDict WeightAverage::state() const { return mean_; }

void WeightAverage::load(const StateDict& state) {
  NoGrad guard;
  if (state.size() != mean_.size())
    throw ValueError("resume",
                     fmt::format("the saved state averages {} tensors, this run {}", state.size(), mean_.size()));
  for (size_t i = 0; i < mean_.size(); ++i) {
    const auto& [key, value] = state[i];
    if (key != mean_[i].first || value.shape() != mean_[i].second.shape())
      throw ValueError("resume", fmt::format("the saved average holds '{}' {} where '{}' {} is expected", key,
                                             value.shape().str(), mean_[i].first, mean_[i].second.shape().str()));
    mean_[i].second.copy_(value);
  }
}

}  // namespace lemma::train
