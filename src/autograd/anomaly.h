#pragma once
/// Looking for the first NaN or Inf: what DetectAnomaly turns on.

#include <string>
#include <vector>

#include "autograd/node.h"

namespace lemma {

/// While a rule runs: what it computes is judged as a whole, under the name of the operation whose gradient it is.
class InsideRule {
 public:
  InsideRule();
  ~InsideRule();
  InsideRule(const InsideRule&) = delete;
  InsideRule& operator=(const InsideRule&) = delete;

 private:
  bool previous_;
};

/// Throws GradError if one of the gradients that `node` sends back holds a NaN or Inf.
void inspect_gradients(const Node& node, const Grads& grads);
/// Names of the functions below the library on the call stack, innermost first.
std::vector<std::string> call_trace();

}  // namespace lemma
