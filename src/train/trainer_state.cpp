// What a trainer leaves for the process that continues it.
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include <fmt/format.h>

#include "lemma/autograd.h"
#include "lemma/train/model_dir.h"
#include "lemma/train/trainer.h"

namespace lemma::train {
namespace {

void append(io::NamedTensors& all, const std::string& prefix, const StateDict& part) {
  for (const auto& [key, value] : part) all.emplace_back(prefix + key, value);
}

StateDict part(const io::NamedTensors& all, const std::string& prefix) {
  StateDict out;
  for (const auto& [key, value] : all)
    if (key.starts_with(prefix)) out.emplace_back(key.substr(prefix.size()), value);
  return out;
}

// An integer from the state, at most `most`.
uint64_t number(const io::Metadata& facts, const std::string& key, uint64_t most = UINT64_MAX) {
  const auto entry = facts.find(key);
  uint64_t value = 0;
  if (entry != facts.end()) {
    const std::string& text = entry->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && value <= most) return value;
  }
  throw ValueError("resume",
                   fmt::format("the saved state has no whole number '{}' that makes sense; the file is damaged", key));
}

// A finite number from the state, as {:a} writes it.
double finite(const io::Metadata& facts, const std::string& key) {
  const auto entry = facts.find(key);
  char* end = nullptr;
  const double value = entry == facts.end() ? NAN : std::strtod(entry->second.c_str(), &end);
  if (std::isfinite(value) && *end == '\0') return value;
  throw ValueError("resume", fmt::format("the saved state has no finite number '{}'; the file is damaged", key));
}

}  // namespace

io::NamedTensors Trainer::state(io::Metadata& facts) const {
  io::NamedTensors all;
  append(all, "model.", module_.state_dict());
  append(all, "optimizer.", optimizer_->state_dict());
  append(all, "scaler.", scaler_.state_dict());
  append(all, "schedule.", schedule_->state_dict());
  append(all, "average.", average_.state());
  const Generator& now = default_generator();
  for (const auto& [key, value] :
       std::initializer_list<std::pair<const char*, uint64_t>>{{"seed", now.seed},
                                                               {"offset", now.offset},
                                                               {"epoch_seed", epoch_generator_.seed},
                                                               {"epoch_offset", epoch_generator_.offset},
                                                               {"epoch", static_cast<uint64_t>(epoch_)},
                                                               {"batch", static_cast<uint64_t>(batch_)},
                                                               {"steps", static_cast<uint64_t>(steps_)},
                                                               {"batches", static_cast<uint64_t>(batches())},
                                                               {"norms", static_cast<uint64_t>(norms_)}})
    facts[key] = std::to_string(value);
  facts["loss_sum"] = fmt::format("{:a}", loss_sum_);
  facts["norm_sum"] = fmt::format("{:a}", norm_sum_);
  return all;
}

void Trainer::load(const io::SafeTensors& saved) {
  const io::Metadata& facts = saved.metadata;
  if (number(facts, "batches") != static_cast<uint64_t>(batches()))
    throw ValueError(
        "resume",
        fmt::format("the saved run had {} batches per epoch, this data gives {}; resume with the data it began with",
                    number(facts, "batches"), batches()));
  // Everything is read and checked before anything is written.
  const auto batch = static_cast<int64_t>(number(facts, "batch", static_cast<uint64_t>(batches())));
  const auto epoch = static_cast<int64_t>(number(facts, "epoch", UINT32_MAX));
  const auto steps = static_cast<int64_t>(number(facts, "steps", UINT64_MAX / 2));
  const bool ended = batch == batches();  // the epoch is counted once its last step is taken
  if (steps != epoch * batches() + (ended ? 0 : batch))
    throw ValueError("resume",
                     fmt::format("the saved state says {} steps, but epoch {} and batch {} of {}; the file is damaged",
                                 steps, epoch, batch, batches()));
  const double loss_sum = finite(facts, "loss_sum");
  const bool counted = facts.count("norms") > 0;  // older states do not know their gradient norms
  const auto norms = counted ? static_cast<int64_t>(number(facts, "norms", static_cast<uint64_t>(batches()))) : 0;
  const double norm_sum = counted ? finite(facts, "norm_sum") : 0;
  check_finite("resume", saved.tensors);
  module_.load_state_dict(part(saved.tensors, "model."));
  optimizer_->load_state_dict(part(saved.tensors, "optimizer."));
  scaler_.load_state_dict(part(saved.tensors, "scaler."));
  schedule_->load_state_dict(part(saved.tensors, "schedule."));
  average_.load(part(saved.tensors, "average."));
  default_generator() = {number(facts, "epoch_seed"), number(facts, "epoch_offset")};
  begin_epoch();
  default_generator() = {number(facts, "seed"), number(facts, "offset")};
  epoch_ = epoch;
  steps_ = steps;
  batch_ = batch;
  loss_sum_ = loss_sum;
  norm_sum_ = norm_sum;
  norms_ = norms;
}

}  // namespace lemma::train
