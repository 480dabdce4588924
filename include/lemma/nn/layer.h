#pragma once
/// Layer: a module that makes one tensor from another. Most modules do.
///
/// Errors of all layers, where nothing else is said: constructors throw ValueError for a size below 1 and for a
/// probability outside [0, 1]; calls throw ShapeError, DTypeError and DeviceError for a tensor that does not fit the
/// parameters.

#include "lemma/nn/module.h"

namespace lemma::nn {

/// A class derived from it says what it does in forward(); callers write layer(x), which runs the hooks too:
///   struct Double : nn::Layer {
///     Tensor forward(const Tensor& x) const override { return x * 2; }
///   };
class Layer : public Module {
 public:
  /// forward(x), between the hooks.
  Tensor operator()(const Tensor& x) const {
    return hooked(x, [this](const Tensor& in) { return forward(in); });
  }
  virtual Tensor forward(const Tensor& x) const = 0;  ///< what the layer computes; call the layer, which calls this

 protected:
  bool runs_hooks() const override { return true; }
};

/// A function as a layer, for Sequential.
class Lambda : public Layer {
 public:
  explicit Lambda(std::function<Tensor(const Tensor&)> f) : f_(std::move(f)) {}
  Tensor forward(const Tensor& x) const override { return f_(x); }

 private:
  std::function<Tensor(const Tensor&)> f_;
};

}  // namespace lemma::nn
