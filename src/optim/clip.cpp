#include "lemma/optim/clip.h"

#include <fmt/format.h>

#include <cmath>

#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "optim/checks.h"

namespace lemma::optim {

double grad_norm(const std::vector<Tensor>& params) {
  NoGrad guard;
  double squares = 0;
  for (const Tensor& p : params) {
    if (!p.grad().defined()) continue;
    const double one = norm(p.grad()).item();
    squares += one * one;
  }
  return std::sqrt(squares);
}

namespace {

[[noreturn]] void complain(const std::vector<Tensor>& params, double total) {
  for (size_t i = 0; i < params.size(); ++i) {
    if (!params[i].grad().defined()) continue;
    const double one = norm(params[i].grad()).item();
    if (!std::isfinite(one))
      throw GradError(
          "clip_grad_norm_",
          fmt::format("the total norm of {} gradients is {}; the first such gradient is number {}, {}, with norm {}. "
                      "Run the step under DetectAnomaly to find the operation",
                      params.size(), total, i, params[i].shape().str(), one));
  }
  throw GradError("clip_grad_norm_",
                  fmt::format("the total norm of {} finite gradients overflows to {}", params.size(), total));
}

}  // namespace

// Gradients are replaced rather than written over: two parameters may hold the very same one.
double clip_grad_norm_(const std::vector<Tensor>& params, double max_norm, bool error_if_nonfinite) {
  check_not_negative("clip_grad_norm_", "max_norm", max_norm);
  NoGrad guard;
  const double total = grad_norm(params);
  if (error_if_nonfinite && !std::isfinite(total)) complain(params, total);
  const double factor = max_norm / (total + 1e-6);
  if (factor >= 1) return total;
  for (const Tensor& p : params) {
    if (!p.grad().defined()) continue;
    Tensor handle = p;
    handle.set_grad(p.grad() * factor);
  }
  return total;
}

}  // namespace lemma::optim
