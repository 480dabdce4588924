#pragma once
/// Progress: a bar that redraws itself on a terminal, plain lines in a pipe or a file.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "lemma/train/trainer.h"

namespace lemma::train {

/// "epoch 1/20 ███▌        35 %  loss 0.4215": what fits beside the cursor into `columns`, since a line that wraps
/// cannot be redrawn. The figures give way first, from the last on; then the bar, the share, and the head's end.
std::string progress_line(int columns, const std::string& head, double share, const std::vector<std::string>& figures);

/// How long `left` steps will take where `done` took `seconds`, scoring between them included; 0 where none is done.
double seconds_left(double seconds, int64_t done, int64_t left);

class Progress {
 public:
  /// Writes to `out`; the bar only where that is a terminal. `unit`: what the examples are, "texts".
  Progress(std::FILE* out, std::string unit);
  /// Call after each step.
  void step(const Trainer& trainer, int64_t epochs, const StepResult& result);
  void begin_epoch();  ///< call before the first step of an epoch
  /// Wipes the bar; call before anything else is printed.
  void clear();
  double seconds() const;  ///< since begin_epoch()

 private:
  using Clock = std::chrono::steady_clock;
  std::FILE* out_;
  std::string unit_;
  bool terminal_;
  Clock::time_point run_begin_, begin_, shown_;
  int64_t run_steps_ = 0;
  int64_t steps_ = 0, examples_ = 0;  // since begin_epoch()
  bool drawn_ = false;
};

}  // namespace lemma::train
