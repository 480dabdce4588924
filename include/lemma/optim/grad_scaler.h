#pragma once
/// GradScaler: keeps small gradients above float16's smallest number, by multiplying the loss.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lemma/optim/optimizer.h"

namespace lemma::optim {

/// PyTorch's defaults, in its order.
struct GradScalerOptions {
  double init_scale = 65536;
  double growth_factor = 2;
  double backoff_factor = 0.5;
  int64_t growth_interval = 2000;
  bool enabled = true;
};

/// scaler.scale(loss).backward();  scaler.unscale_(optimizer);  clip_grad_norm_(...);  scaler.step(optimizer);
/// scaler.update();        unscale_ may be left out: step does it then.
///
/// A step whose gradients contain an Inf or NaN is skipped, and update() multiplies the scale by backoff_factor; after
/// growth_interval steps without one it multiplies it by growth_factor. If not enabled, every call passes through. Like
/// PyTorch's torch.amp.GradScaler; Micikevicius et al., "Mixed precision training", 2018.
class GradScaler {
 public:
  /// Throws ValueError unless init_scale > 0, growth_factor > 1, 0 < backoff_factor < 1, growth_interval >= 1.
  explicit GradScaler(const GradScalerOptions& options = {});

  /// loss times the scale.
  Tensor scale(const Tensor& loss) const;
  /// Divides the gradients of the optimiser's parameters by the scale, and looks for an Inf or NaN: one flag for all of
  /// them, on their device. Throws GradError when called twice before update(), or if no parameter has a gradient.
  void unscale_(Optimizer& optimizer);
  /// optimizer.step(), unless the gradients contain an Inf or NaN; true if it was taken. Throws GradError for a second
  /// step before update().
  bool step(Optimizer& optimizer);
  /// Adjusts the scale, or sets it to new_scale; call it once per iteration, after the steps. Throws GradError if no
  /// gradients have been checked since the last update().
  void update(std::optional<double> new_scale = std::nullopt);

  double get_scale() const { return options_.enabled ? scale_ : 1; }
  double get_growth_factor() const { return options_.growth_factor; }
  double get_backoff_factor() const { return options_.backoff_factor; }
  int64_t get_growth_interval() const { return options_.growth_interval; }
  bool is_enabled() const { return options_.enabled; }

  /// "scale", "growth_factor", "backoff_factor", "growth_interval", "_growth_tracker"; empty when not enabled.
  std::vector<std::pair<std::string, Tensor>> state_dict() const;
  /// Throws ValueError for a missing entry or one out of range, and then changes nothing.
  void load_state_dict(const std::vector<std::pair<std::string, Tensor>>& state);

 private:
  /// What is known of one optimiser since the last update().
  struct Seen {
    Tensor flag;                        // 0, or NaN where a gradient holds an Inf or NaN
    bool stepped = false, bad = false;  // bad: the flag, read by the step
  };
  GradScalerOptions options_;
  double scale_;
  int64_t growth_tracker_ = 0;  // steps without Inf since the scale last moved
  std::map<const Optimizer*, Seen> seen_;
};

}  // namespace lemma::optim

namespace lemma::amp {
using optim::GradScaler;
}
