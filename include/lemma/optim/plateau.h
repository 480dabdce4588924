#pragma once
/// ReduceLROnPlateau: a smaller learning rate once a score has stopped getting better.

#include <limits>

#include "lemma/optim/optimizer.h"

namespace lemma::optim {

struct PlateauOptions {
  enum class Mode { min, max };       ///< is a lower score better (a loss) or a higher one?
  enum class Threshold { rel, abs };  ///< better by a fraction of the best, or by a number
  Mode mode = Mode::min;
  double factor = 0.1;
  int64_t patience = 10;  ///< this many scores in a row may be no better; the next such one lowers the rate
  double threshold = 1e-4;
  Threshold threshold_mode = Threshold::rel;
  int64_t cooldown = 0;  ///< after a change, this many scores do not count
  double min_lr = 0;
  double eps = 1e-8;  ///< smaller changes are not made
};

/// plateau.step(validation_loss) once per epoch. A score is better below best (1 - threshold), or best - threshold; for
/// Mode::max above best (1 + threshold), or best + threshold. PyTorch's torch.optim.lr_scheduler.ReduceLROnPlateau.
class ReduceLROnPlateau {
 public:
  /// The optimiser must outlive it. Throws ValueError unless 0 <= factor < 1, patience, cooldown, threshold >= 0.
  explicit ReduceLROnPlateau(Optimizer& optimizer, const PlateauOptions& options = {});
  void step(double metric);  ///< counts the score, and lowers the rates where that is due
  double best() const { return best_; }
  int64_t num_bad_epochs() const { return bad_; }
  std::vector<double> get_last_lr() const;  ///< of each group

  std::vector<std::pair<std::string, Tensor>> state_dict() const;  ///< the best score and both counters
  /// Throws ValueError for a missing entry; nothing has changed then.
  void load_state_dict(const std::vector<std::pair<std::string, Tensor>>& state);

 private:
  bool is_better(double metric) const;
  Optimizer& optimizer_;
  PlateauOptions options_;
  double best_;
  int64_t bad_ = 0, cooldown_ = 0;
};

}  // namespace lemma::optim
