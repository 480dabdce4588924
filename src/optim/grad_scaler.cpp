#include "lemma/optim/grad_scaler.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "optim/checks.h"

namespace lemma::optim {
namespace {

// Beyond these the scale or its reciprocal is Inf in float32.
constexpr double kLeast = 0x1p-126, kMost = 0x1p127;
bool in_range(double scale) { return scale >= kLeast && scale <= kMost; }

void check_options(const char* where, const GradScalerOptions& o) {
  require(where, in_range(o.init_scale), "scale", o.init_scale, "in [2^-126, 2^127]");
  require(where, std::isfinite(o.growth_factor) && o.growth_factor > 1, "growth_factor", o.growth_factor, "above 1");
  require(where, o.backoff_factor > 0 && o.backoff_factor < 1, "backoff_factor", o.backoff_factor, "in (0, 1)");
  require(where, o.growth_interval >= 1, "growth_interval", static_cast<double>(o.growth_interval), "1 or more");
}

}  // namespace

GradScaler::GradScaler(const GradScalerOptions& options) : options_(options), scale_(options.init_scale) {
  check_options("GradScaler", options);
}

Tensor GradScaler::scale(const Tensor& loss) const { return options_.enabled ? loss * scale_ : loss; }

void GradScaler::unscale_(Optimizer& optimizer) {
  if (!options_.enabled) return;
  if (seen_.count(&optimizer))
    throw GradError("unscale_", "the gradients of this optimiser have already been unscaled since the last update()");
  NoGrad guard;
  Tensor flag;
  for (Group& group : optimizer.groups())
    for (Tensor& p : group.params) {
      const Tensor g = p.grad();
      if (!g.defined()) continue;
      // 0 g is 0 for finite g, NaN otherwise, and a sum with a NaN is NaN: no gradient is waited for by itself.
      const Tensor bad = sum(g * 0);
      flag = flag.defined() ? flag + bad.to(flag.device()).to(flag.dtype()) : bad;
      p.set_grad(g * (1 / scale_));  // replaced: another parameter may hold the very same one
    }
  if (!flag.defined())
    throw GradError("unscale_", "no parameter of this optimiser has a gradient; call scale(loss).backward() first");
  seen_[&optimizer] = {flag};
}

bool GradScaler::step(Optimizer& optimizer) {
  if (options_.enabled) {
    if (!seen_.count(&optimizer)) unscale_(optimizer);
    Seen& seen = seen_.at(&optimizer);
    if (seen.stepped) throw GradError("step", "this optimiser has already stepped since the last update()");
    seen.bad = std::isnan(seen.flag.item());  // the one wait for the device
    if (!seen.bad) optimizer.step();          // one that finds no memory may be taken again
    seen.stepped = true;
    return !seen.bad;
  }
  optimizer.step();
  return true;
}

void GradScaler::update(std::optional<double> new_scale) {
  if (!options_.enabled) return;
  if (new_scale) {
    require("update", in_range(*new_scale), "new_scale", *new_scale, "in [2^-126, 2^127]");
    scale_ = *new_scale;
    seen_.clear();
    return;
  }
  if (seen_.empty())
    throw GradError("update", "no gradients have been checked since the last update(); call step() first");
  bool found = false;
  for (const auto& [optimizer, seen] : seen_) found = found || (seen.stepped ? seen.bad : std::isnan(seen.flag.item()));
  if (found) {
    scale_ = std::max(scale_ * options_.backoff_factor, kLeast);
    growth_tracker_ = 0;
  } else if (++growth_tracker_ == options_.growth_interval) {
    if (const double larger = scale_ * options_.growth_factor; larger <= kMost) scale_ = larger;
    growth_tracker_ = 0;
  }
  seen_.clear();
}

std::vector<std::pair<std::string, Tensor>> GradScaler::state_dict() const {
  if (!options_.enabled) return {};
  const auto real = [](double x) { return full({}, x, {.dtype = float64}); };
  const auto whole = [](int64_t n) { return tensor(n); };
  return {{"scale", real(scale_)},
          {"growth_factor", real(options_.growth_factor)},
          {"backoff_factor", real(options_.backoff_factor)},
          {"growth_interval", whole(options_.growth_interval)},
          {"_growth_tracker", whole(growth_tracker_)}};
}

void GradScaler::load_state_dict(const std::vector<std::pair<std::string, Tensor>>& state) {
  if (!options_.enabled) return;
  const auto number = [&](const char* key) {
    for (const auto& [name, value] : state)
      if (name == key && value.defined() && value.numel() == 1) return value.item();
    throw ValueError("GradScaler", fmt::format("the state has no number '{}'", key));
  };
  GradScalerOptions read = options_;
  read.init_scale = number("scale");
  read.growth_factor = number("growth_factor");
  read.backoff_factor = number("backoff_factor");
  read.growth_interval = static_cast<int64_t>(number("growth_interval"));
  check_options("GradScaler", read);
  const double tracker = number("_growth_tracker");
  require("GradScaler", tracker >= 0 && tracker < static_cast<double>(read.growth_interval), "_growth_tracker", tracker,
          "0 or more, and below growth_interval");
  scale_ = read.init_scale;
  read.init_scale = options_.init_scale;
  options_ = read;
  growth_tracker_ = static_cast<int64_t>(tracker);
}

}  // namespace lemma::optim
