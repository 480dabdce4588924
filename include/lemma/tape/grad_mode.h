#pragma once
/// Whether this thread's operations are recorded.

namespace lemma {

namespace detail {
inline constinit thread_local bool grad_enabled = true;
}

/// False inside a NoGrad block on this thread: operations then record nothing.
inline bool grad_enabled() { return detail::grad_enabled; }

/// While it lives, recording is on or off, as given.
class GradMode {
 public:
  explicit GradMode(bool enabled) { detail::grad_enabled = enabled; }
  ~GradMode() { detail::grad_enabled = previous_; }
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

 private:
  bool previous_ = detail::grad_enabled;
};

/// While it lives, nothing is recorded: `{ NoGrad guard; weight.add_(weight.grad(), -lr); }`
class NoGrad : public GradMode {
 public:
  NoGrad() : GradMode(false) {}
};

/// Turns recording on again inside a NoGrad block.
class EnableGrad : public GradMode {
 public:
  EnableGrad() : GradMode(true) {}
};

}  // namespace lemma
