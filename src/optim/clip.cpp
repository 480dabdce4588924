#include "lemma/optim/clip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernels/kernels.h"
#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "optim/checks.h"

namespace lemma::optim {

namespace {

// The gradients that lie on one device, and whose they are: kernels take them all at once.
struct OnDevice {
  std::vector<Array> grads;
  std::vector<Tensor> owners;
};
std::vector<OnDevice> by_device(const std::vector<Tensor>& params) {
  std::vector<OnDevice> groups;
  for (const Tensor& p : params) {
    if (!p.grad().defined()) continue;
    const Tensor grad = p.grad().detach().contiguous();
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const OnDevice& g) { return g.grads[0].device() == grad.device(); });
    if (group == groups.end()) group = groups.insert(group, OnDevice{});
    group->grads.push_back(grad.array());
    group->owners.push_back(p);
  }
  return groups;
}

double norm_of(const std::vector<OnDevice>& groups) {
  double squares = 0;
  for (const OnDevice& group : groups) squares += kernels::sum_squares(group.grads);
  return std::sqrt(squares);
}

[[noreturn]] void complain(const std::vector<Tensor>& params, double total) {
  for (size_t i = 0; i < params.size(); ++i) {
    if (!params[i].grad().defined()) continue;
    const double one = grad_norm({params[i]});
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

double grad_norm(const std::vector<Tensor>& params) {
  NoGrad guard;
  return norm_of(by_device(params));
}

// Gradients are replaced rather than written over: two parameters may hold the very same one.
double clip_grad_norm_(const std::vector<Tensor>& params, double max_norm, bool error_if_nonfinite) {
  check_not_negative("clip_grad_norm_", "max_norm", max_norm);
  NoGrad guard;
  const std::vector<OnDevice> groups = by_device(params);
  const double total = norm_of(groups);
  if (error_if_nonfinite && !std::isfinite(total)) complain(params, total);
  const double factor = max_norm / (total + 1e-6);
  if (factor >= 1) return total;
  for (const OnDevice& group : groups) {
    std::vector<Array> scaled;
    for (const Array& grad : group.grads) scaled.emplace_back(grad.shape(), grad.dtype(), grad.device());
    kernels::scale(scaled, group.grads, factor);
    for (size_t i = 0; i < scaled.size(); ++i) Tensor(group.owners[i]).set_grad(Tensor(scaled[i]));
  }
  return total;
}

}  // namespace lemma::optim
