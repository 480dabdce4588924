#pragma once
/// Looking for the first NaN or Inf: what DetectAnomaly turns on.

#include <string>
#include <vector>

#include "autograd/node.h"

namespace lemma {

/// Throws GradError if one of the gradients that `node` sends back holds a NaN or Inf.
void inspect_gradients(const Node& node, const Grads& grads);
/// Names of the functions below the library on the call stack, innermost first.
std::vector<std::string> call_trace();

}  // namespace lemma
