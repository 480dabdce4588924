#pragma once
/// SGD: plain, with momentum, or with Nesterov momentum. PyTorch's torch.optim.SGD.

#include "lemma/optim/optimizer.h"

namespace lemma::optim {

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;
};

/// g = grad + weight_decay p;  v = momentum v + (1 - dampening) g (v = g at the first step);  p -= lr v.
/// Nesterov: p -= lr (g + momentum v). Without momentum: p -= lr g.
class SGD : public Optimizer {
 public:
  /// Throws ValueError for values outside their range: lr, momentum, weight_decay >= 0; nesterov needs momentum > 0 and
  /// dampening 0.
  explicit SGD(std::vector<ParamGroup> groups, const SGDOptions& options = {});
  explicit SGD(std::vector<Tensor> params, const SGDOptions& options = {})
      : SGD(one_group(std::move(params)), options) {}
  /// With the learning rate alone: SGD(params, 0.1).
  template <Number N>
  SGD(std::vector<Tensor> params, N lr) : SGD(std::move(params), SGDOptions{.lr = static_cast<double>(lr)}) {}

 private:
  std::function<void()> prepare(const Group& group, std::vector<State>& states) override;
  SGDOptions options_;
};

}  // namespace lemma::optim
