#include "lemma/optim/clip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "optim/checks.h"

namespace lemma::optim {

namespace {

// Gradients that are replaced together: as many as one launch takes, so that few old ones wait beside their new ones.
constexpr size_t kBatch = 48;

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
  const bool measures_only = max_norm == std::numeric_limits<double>::infinity();
  if (!measures_only) check_not_negative("clip_grad_norm_", "max_norm", max_norm);
  NoGrad guard;
  std::vector<OnDevice> groups = by_device(params);
  const double total = norm_of(groups);
  if (error_if_nonfinite && !std::isfinite(total)) complain(params, total);
  if (measures_only) return total;
  const double factor = max_norm / (total + 1e-6);
  if (factor >= 1) return total;
  for (OnDevice& group : groups)
    for (size_t begin = 0; begin < group.grads.size(); begin += kBatch) {
      const std::span<Array> grads =
          std::span(group.grads).subspan(begin, std::min(kBatch, group.grads.size() - begin));
      std::vector<Array> scaled;
      for (const Array& grad : grads) scaled.emplace_back(grad.shape(), grad.dtype(), grad.device());
      kernels::scale(scaled, grads, factor);
      for (size_t i = 0; i < grads.size(); ++i) {
        group.owners[begin + i].set_grad(Tensor(scaled[i]));
        grads[i] = Array();
      }
    }
  return total;
}

}  // namespace lemma::optim
