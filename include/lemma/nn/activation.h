#pragma once
/// Dropout, the activations and changes of shape as layers, for Sequential and for printed models. Each is the
/// operation of the same name.

#include "lemma/nn/layer.h"
#include "lemma/ops.h"

namespace lemma::nn {

/// While training: zero with probability p, the rest scaled by 1 / (1 - p). In eval mode x itself.
class Dropout : public Layer {
 public:
  explicit Dropout(double p = 0.5);
  Tensor forward(const Tensor& x) const override { return dropout(x, p_, is_training()); }
  std::string extra_repr() const override;
  double p() const { return p_; }

 private:
  double p_;
};

class Softmax : public Layer {
 public:
  explicit Softmax(int64_t dim) : dim_(dim) {}
  Tensor forward(const Tensor& x) const override { return softmax(x, dim_); }
  std::string extra_repr() const override { return "dim=" + std::to_string(dim_); }

 private:
  int64_t dim_;
};

struct ReLU : Layer {
  Tensor forward(const Tensor& x) const override { return relu(x); }
};
struct GELU : Layer {
  Tensor forward(const Tensor& x) const override { return gelu(x); }
  std::string extra_repr() const override { return "approximate='none'"; }
};
/// glu() along a dim, which becomes half as large.
class GLU : public Layer {
 public:
  explicit GLU(int64_t dim = -1) : dim_(dim) {}
  Tensor forward(const Tensor& x) const override { return glu(x, dim_); }
  std::string extra_repr() const override { return "dim=" + std::to_string(dim_); }

 private:
  int64_t dim_;
};
struct SiLU : Layer {
  Tensor forward(const Tensor& x) const override { return silu(x); }
};
struct Tanh : Layer {
  Tensor forward(const Tensor& x) const override { return tanh(x); }
};
struct Sigmoid : Layer {
  Tensor forward(const Tensor& x) const override { return sigmoid(x); }
};

/// x itself.
struct Identity : Layer {
  Tensor forward(const Tensor& x) const override { return x; }
};

/// The dims from start_dim to end_dim as one: by default (B, ...) -> (B, the rest).
class Flatten : public Layer {
 public:
  explicit Flatten(int64_t start_dim = 1, int64_t end_dim = -1) : start_dim_(start_dim), end_dim_(end_dim) {}
  Tensor forward(const Tensor& x) const override { return flatten(x, start_dim_, end_dim_); }
  std::string extra_repr() const override {
    return "start_dim=" + std::to_string(start_dim_) + ", end_dim=" + std::to_string(end_dim_);
  }

 private:
  int64_t start_dim_, end_dim_;
};

/// The activation inside a feed-forward block.
enum class Activation { relu, gelu };
inline Tensor activate(Activation kind, const Tensor& x) { return kind == Activation::relu ? relu(x) : gelu(x); }

}  // namespace lemma::nn
