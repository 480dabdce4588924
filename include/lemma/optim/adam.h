#pragma once
/// Adam and AdamW: a step size per element, from running means of the gradient and its square.

#include "lemma/optim/optimizer.h"

namespace lemma::optim {

struct AdamOptions {
  double lr = 1e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
};

/// g = grad + weight_decay p;  beta1, beta2 = betas;  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
/// p -= lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + eps).  Kingma & Ba, "Adam", 2015; PyTorch's
/// torch.optim.Adam.
class Adam : public Optimizer {
 public:
  /// Throws ValueError for values outside their range: lr, eps, weight_decay >= 0, betas in [0, 1).
  explicit Adam(std::vector<ParamGroup> groups, const AdamOptions& options = {})
      : Adam("Adam", std::move(groups), options, false) {}
  explicit Adam(std::vector<Tensor> params, const AdamOptions& options = {})
      : Adam(one_group(std::move(params)), options) {}
  /// With the learning rate alone: Adam(params, 1e-3).
  template <Number N>
  Adam(std::vector<Tensor> params, N lr) : Adam(std::move(params), AdamOptions{.lr = static_cast<double>(lr)}) {}

 protected:
  Adam(const char* name, std::vector<ParamGroup> groups, const AdamOptions& options, bool decoupled);

 private:
  std::function<void()> prepare(const Group& group, std::vector<State>& states) override;
  AdamOptions options_;
  bool decoupled_;
};

struct AdamWOptions {
  double lr = 1e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 1e-2;
};

/// Adam with weight decay that acts on the parameter itself, p -= lr weight_decay p, not through the gradient.
/// Loshchilov & Hutter, "Decoupled weight decay regularization", 2019; PyTorch's torch.optim.AdamW.
class AdamW : public Adam {
 public:
  explicit AdamW(std::vector<ParamGroup> groups, const AdamWOptions& options = {})
      : Adam("AdamW", std::move(groups),
             {.lr = options.lr, .betas = options.betas, .eps = options.eps, .weight_decay = options.weight_decay},
             true) {}
  explicit AdamW(std::vector<Tensor> params, const AdamWOptions& options = {})
      : AdamW(one_group(std::move(params)), options) {}
  template <Number N>
  AdamW(std::vector<Tensor> params, N lr) : AdamW(std::move(params), AdamWOptions{.lr = static_cast<double>(lr)}) {}
};

}  // namespace lemma::optim
