#pragma once
/// Checking gradients.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lemma/tensor.h"

namespace lemma {

struct GradCheckOptions {
  double eps = 1e-6;   ///< step of the central difference, scaled by max(1, |x|)
  double rtol = 1e-6;  ///< |analytic - numeric| <= rtol * max(|analytic|, |numeric|, scale of this input's gradient)
  double atol = 1e-8;
  uint64_t seed = 1;  ///< for the random projection c in sum(y * c)
};

struct GradCheckResult {
  bool ok = true;
  double max_error = 0;              ///< the largest relative error found
  size_t input = 0;                  ///< where it was: which input,
  int64_t element = 0;               ///< which element of it (row-major),
  double analytic = 0, numeric = 0;  ///< and the two values
  std::string message;               ///< the same as a sentence
  explicit operator bool() const { return ok; }
};

/// Compares every entry of the gradient of sum(f(inputs) * c) with central differences. Inputs must be float64.
GradCheckResult gradcheck(const std::function<Tensor(const std::vector<Tensor>&)>& f, const std::vector<Tensor>& inputs,
                          const GradCheckOptions& options = {});
/// The same for the gradient itself: second derivatives.
GradCheckResult gradgradcheck(const std::function<Tensor(const std::vector<Tensor>&)>& f,
                              const std::vector<Tensor>& inputs, const GradCheckOptions& options = {});

}  // namespace lemma
