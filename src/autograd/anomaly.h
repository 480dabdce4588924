#pragma once
/// Looking for the first NaN or Inf: what DetectAnomaly turns on.

#include "tape/record.h"

namespace lemma {

/// While a rule runs: what it computes is judged as a whole, under the name of the operation whose gradient it is.
class InsideRule {
 public:
  InsideRule() { watcher = nullptr; }
  ~InsideRule() { watcher = previous_; }
  InsideRule(const InsideRule&) = delete;
  InsideRule& operator=(const InsideRule&) = delete;

 private:
  Watcher* previous_ = watcher;
};

/// Throws GradError if one of the gradients that `node` sends back holds a NaN or Inf.
void inspect_gradients(const Node& node, const Grads& grads);

}  // namespace lemma
