#include "lemma/train/weight_average.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "optim/slots.h"

namespace lemma::train {

WeightAverage::WeightAverage(const nn::Module& model, double decay) : decay_(decay) {
  NoGrad guard;
  if (!active()) return;
  std::map<std::string, Tensor> own;
  for (const StateDict& some : {model.named_parameters(), model.named_buffers()}) own.insert(some.begin(), some.end());
  std::set<const TensorImpl*> seen;
  for (const auto& [key, value] : model.state_dict()) {  // for its order
    const auto found = own.find(key);
    if (found == own.end() || !seen.insert(found->second.impl()).second) continue;  // shared, and averaged already
    weights_.emplace_back(key, found->second);
    mean_.emplace_back(key, value.clone());
  }
}

std::function<void()> WeightAverage::prepare(int64_t step) {
  NoGrad guard;
  const double decay = std::min(decay_, static_cast<double>(step) / static_cast<double>(step + 9));
  std::map<std::string, std::vector<UpdateSlot>> by_device;
  std::vector<std::pair<Tensor, Tensor>> counts;  // which have no mean
  for (size_t i = 0; i < weights_.size(); ++i) {
    const Tensor weight = weights_[i].second.detach().contiguous();
    const Array mean = optim::memory_for(mean_[i].second, weight);
    if (is_floating(weight.dtype()))
      by_device[weight.device().str()].push_back({mean, weight.array(), {}});
    else
      counts.emplace_back(mean_[i].second, weight);
  }
  return [by_device = std::move(by_device), counts = std::move(counts), step = AverageStep{decay}] {
    for (const auto& [device, slots] : by_device) optim::write<AverageStep>(slots, step);
    for (const auto& [mean, count] : counts) kernels::copy(mean.array(), count.array());
  };
}

void WeightAverage::swap() noexcept {
  for (size_t i = 0; i < weights_.size(); ++i)
    std::swap(weights_[i].second.impl()->array, mean_[i].second.impl()->array);
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
