#include "lemma/optim/plateau.h"

#include <algorithm>
#include <array>

#include "lemma/ops.h"
#include "optim/checks.h"

namespace lemma::optim {

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, const PlateauOptions& options)
    : optimizer_(optimizer), options_(options) {
  const char* const where = "ReduceLROnPlateau";
  require(where, options.factor >= 0 && options.factor < 1, "factor", options.factor, "in [0, 1)");
  check_not_negative(where, "patience", static_cast<double>(options.patience));
  check_not_negative(where, "threshold", options.threshold);
  check_not_negative(where, "cooldown", static_cast<double>(options.cooldown));
  check_not_negative(where, "min_lr", options.min_lr);
  check_not_negative(where, "eps", options.eps);
  best_ = std::numeric_limits<double>::infinity() * (options.mode == PlateauOptions::Mode::min ? 1 : -1);
}

bool ReduceLROnPlateau::is_better(double metric) const {
  const bool lower = options_.mode == PlateauOptions::Mode::min;
  const double margin = lower ? -options_.threshold : options_.threshold;
  const double line = options_.threshold_mode == PlateauOptions::Threshold::rel ? best_ * (1 + margin) : best_ + margin;
  return lower ? metric < line : metric > line;
}

void ReduceLROnPlateau::step(double metric) {
  if (is_better(metric)) {
    best_ = metric;
    bad_ = 0;
  } else {
    ++bad_;
  }
  if (cooldown_ > 0) {
    --cooldown_;
    bad_ = 0;
  }
  if (bad_ <= options_.patience) return;
  for (Group& group : optimizer_.groups()) {
    const double lower = std::max(group.lr * options_.factor, options_.min_lr);
    if (group.lr - lower > options_.eps) group.lr = lower;
  }
  cooldown_ = options_.cooldown;
  bad_ = 0;
}

std::vector<double> ReduceLROnPlateau::get_last_lr() const {
  std::vector<double> rates;
  for (const Group& group : optimizer_.groups()) rates.push_back(group.lr);
  return rates;
}

std::vector<std::pair<std::string, Tensor>> ReduceLROnPlateau::state_dict() const {
  return {{"best", tensor(best_, {.dtype = float64})},
          {"num_bad_epochs", tensor(bad_)},
          {"cooldown_counter", tensor(cooldown_)}};
}

void ReduceLROnPlateau::load_state_dict(const std::vector<std::pair<std::string, Tensor>>& state) {
  std::array<double, 3> found{};
  const std::array<const char*, 3> names = {"best", "num_bad_epochs", "cooldown_counter"};
  for (size_t i = 0; i < names.size(); ++i) {
    const auto it =
        std::find_if(state.begin(), state.end(), [&](const auto& entry) { return entry.first == names[i]; });
    if (it == state.end() || !it->second.defined() || it->second.numel() != 1)
      throw ValueError("ReduceLROnPlateau.load_state_dict", fmt::format("'{}' is missing or not one number", names[i]));
    found[i] = it->second.item();
  }
  best_ = found[0];
  bad_ = static_cast<int64_t>(found[1]);
  cooldown_ = static_cast<int64_t>(found[2]);
}

}  // namespace lemma::optim
