#pragma once
/// Dropout and the activations as modules, for Sequential and for printed models. Each is the operation of its name.

#include "lemma/nn/module.h"
#include "lemma/ops.h"

namespace lemma::nn {

/// While training: zero with probability p, the rest scaled by 1 / (1 - p). In eval mode x itself.
class Dropout : public Module {
 public:
  explicit Dropout(double p = 0.5);
  Tensor operator()(const Tensor& x) const { return dropout(x, p_, is_training()); }
  double p() const { return p_; }

 private:
  double p_;
};

class Softmax : public Module {
 public:
  explicit Softmax(int64_t dim) : dim_(dim) {}
  Tensor operator()(const Tensor& x) const { return softmax(x, dim_); }

 private:
  int64_t dim_;
};

struct ReLU : Module {
  Tensor operator()(const Tensor& x) const { return relu(x); }
};
struct GELU : Module {
  Tensor operator()(const Tensor& x) const { return gelu(x); }
};
struct Tanh : Module {
  Tensor operator()(const Tensor& x) const { return tanh(x); }
};
struct Sigmoid : Module {
  Tensor operator()(const Tensor& x) const { return sigmoid(x); }
};

/// The activation inside a feed-forward block.
enum class Activation { relu, gelu };
inline Tensor activate(Activation kind, const Tensor& x) { return kind == Activation::relu ? relu(x) : gelu(x); }

}  // namespace lemma::nn
