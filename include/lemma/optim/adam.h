#pragma once
/// Adam and AdamW: a step size per element, from running means of the gradient and its square.

#include "lemma/optim/optimizer.h"

namespace lemma::optim {

struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
};

/// g = grad + weight_decay p;  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
/// p -= lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + eps).  Kingma & Ba, "Adam", 2015; PyTorch's
/// torch.optim.Adam.
class Adam : public Optimizer {
 public:
  /// Throws ValueError for values outside their range: lr, eps, weight_decay >= 0, betas in [0, 1).
  explicit Adam(std::vector<ParamGroup> groups, const AdamOptions& options = {})
      : Adam("Adam", std::move(groups), options, false) {}
  explicit Adam(std::vector<Tensor> params, const AdamOptions& options = {})
      : Adam(one_group(std::move(params)), options) {}

 protected:
  Adam(const char* name, std::vector<ParamGroup> groups, const AdamOptions& options, bool decoupled);

 private:
  void update(const Group& group, std::vector<State>& states) override;
  AdamOptions options_;
  bool decoupled_;
};

struct AdamWOptions {
  double lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 1e-2;
};

/// Adam with weight decay that acts on the parameter itself, p -= lr weight_decay p, not through the gradient.
/// Loshchilov & Hutter, "Decoupled weight decay regularization", 2019; PyTorch's torch.optim.AdamW.
class AdamW : public Adam {
 public:
  explicit AdamW(std::vector<ParamGroup> groups, const AdamWOptions& options = {})
      : Adam("AdamW", std::move(groups), {options.lr, options.beta1, options.beta2, options.eps, options.weight_decay},
             true) {}
  explicit AdamW(std::vector<Tensor> params, const AdamWOptions& options = {})
      : AdamW(one_group(std::move(params)), options) {}
};

}  // namespace lemma::optim
