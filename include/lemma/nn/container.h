#pragma once
/// Sequential: layers called one after another. ModuleList: several layers of one type. Names are "0", "1", ...

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lemma/nn/module.h"

namespace lemma::nn {

///   Sequential model;
///   model.add<Linear>(4, 8);
///   model.add<ReLU>();
///   Tensor y = model(x);
class Sequential : public Module {
 public:
  /// Builds a layer in place, appends it and returns it. It must be callable as Tensor(const Tensor&).
  template <class Layer, class... Args>
  Layer& add(Args&&... args) {
    auto layer = std::make_unique<Layer>(std::forward<Args>(args)...);
    Layer& made = *layer;
    register_module(std::to_string(layers_.size()), made);
    calls_.push_back([&made](const Tensor& x) -> Tensor { return made(x); });
    layers_.push_back(std::move(layer));
    return made;
  }
  Tensor operator()(const Tensor& x) const {
    Tensor y = x;
    for (const auto& call : calls_) y = call(y);
    return y;
  }
  size_t size() const { return layers_.size(); }

 private:
  std::vector<std::unique_ptr<Module>> layers_;
  std::vector<std::function<Tensor(const Tensor&)>> calls_;
};

///   ModuleList<Linear> heads;
///   heads.add(8, 2);
///   for (size_t i = 0; i < heads.size(); ++i) y.push_back(heads[i](x));
template <class Layer>
class ModuleList : public Module {
 public:
  template <class... Args>
  Layer& add(Args&&... args) {
    layers_.push_back(std::make_unique<Layer>(std::forward<Args>(args)...));
    register_module(std::to_string(layers_.size() - 1), *layers_.back());
    return *layers_.back();
  }
  size_t size() const { return layers_.size(); }
  Layer& operator[](size_t i) { return *layers_.at(i); }
  const Layer& operator[](size_t i) const { return *layers_.at(i); }

 private:
  std::vector<std::unique_ptr<Layer>> layers_;
};

}  // namespace lemma::nn
