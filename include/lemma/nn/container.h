#pragma once
/// Sequential: layers called one after another. ModuleList: several layers of one type. Names are "0", "1", ...

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lemma/nn/layer.h"

namespace lemma::nn {

/// What Sequential takes: layers, functions and lambdas, called with a tensor and returning one.
template <class... Fs>
inline constexpr bool kTensorFunctions =
    (std::is_invocable_r_v<Tensor, const std::remove_cvref_t<Fs>&, const Tensor&> && ...);

/// Throws IndexError unless i < size.
inline void check_index(const char* where, size_t i, size_t size) {
  if (i >= size)
    throw IndexError(
        where,
        "there is no layer " + std::to_string(i) + " among " + std::to_string(size) + "; they are counted from 0",
        static_cast<int64_t>(i), static_cast<int64_t>(size));
}

///   nn::Sequential model{nn::Linear(3, 8), nn::ReLU(), [](const Tensor& x) { return x * 2; }, nn::Linear(8, 2)};
///   const Tensor y = model(x);
class Sequential : public Layer {
  /// No parts, or one Sequential, which is moved.
  template <class... Parts>
  static constexpr bool kAlone = sizeof...(Parts) == 0 ||
                                 (sizeof...(Parts) == 1 &&
                                  (std::is_same_v<std::remove_cvref_t<Parts>, Sequential> && ...));

 public:
  Sequential() = default;
  /// Layers are temporaries or passed with std::move: they move in.
  template <class... Parts>
  requires(kTensorFunctions<Parts...> && !kAlone<Parts...>) explicit Sequential(Parts&&... parts) {
    (append(std::forward<Parts>(parts)), ...);
  }
  /// Adds a layer or a function at the end; returns this Sequential, which is changed.
  template <class Part>
  requires kTensorFunctions<Part> Sequential& append(Part&& part) {
    using Kind = std::remove_cvref_t<Part>;
    if constexpr (std::derived_from<Kind, Module>) {
      static_assert(!std::is_lvalue_reference_v<Part>, "pass a layer held in a variable as std::move(layer)");
      static_cast<Module&>(part).know_size(sizeof(Kind));
      put(std::make_unique<Kind>(std::move(part)));
    } else {
      put(std::make_unique<Lambda>(std::forward<Part>(part)));
    }
    return *this;
  }
  /// Builds a layer in place, appends it and returns it: `model.add<nn::Linear>(4, 8)`.
  template <class Kind, class... Args>
  Kind& add(Args&&... args) {
    return put(std::make_unique<Kind>(std::forward<Args>(args)...));
  }
  Tensor forward(const Tensor& x) const override {
    Tensor y = x;
    for (const auto& call : calls_) y = call(y);
    return y;
  }
  size_t size() const { return parts_.size(); }
  /// `model.at<nn::Linear>(0)`. Throws IndexError beyond the last, ValueError for a layer of another kind.
  template <class Kind = Module>
  Kind& at(size_t i) const {
    check_index("Sequential.at", i, parts_.size());
    if (Kind* const part = dynamic_cast<Kind*>(parts_[i].get())) return *part;
    throw ValueError("Sequential.at", "layer " + std::to_string(i) + " is a " + parts_[i]->type_name() +
                                          ", which is not of the kind that was asked for");
  }

 private:
  template <class Kind>
  Kind& put(std::unique_ptr<Kind> part) {
    Kind& made = *part;
    register_module(std::to_string(parts_.size()), made);
    calls_.push_back([&made](const Tensor& x) -> Tensor { return made(x); });
    parts_.push_back(std::move(part));
    return made;
  }
  std::vector<std::unique_ptr<Module>> parts_;
  std::vector<std::function<Tensor(const Tensor&)>> calls_;
};

/// Equal items share one line: "(0-3): 4 x Linear(...)".
std::string list_str(const std::string& name, const std::vector<std::string>& items);

///   nn::ModuleList<nn::Linear> heads;
///   heads.add(3, 2);
///   std::vector<Tensor> y;
///   for (size_t i = 0; i < heads.size(); ++i) y.push_back(heads[i](x));
template <class Kind>
class ModuleList : public Module {
 public:
  /// Builds a layer from the arguments of its constructor, appends it and returns it.
  template <class... Args>
  Kind& add(Args&&... args) {
    items_.push_back(std::make_unique<Kind>(std::forward<Args>(args)...));
    register_module(std::to_string(items_.size() - 1), *items_.back());
    return *items_.back();
  }
  size_t size() const { return items_.size(); }
  /// Throws IndexError beyond the last.
  Kind& operator[](size_t i) {
    check_index("ModuleList", i, items_.size());
    return *items_[i];
  }
  const Kind& operator[](size_t i) const { return const_cast<ModuleList&>(*this)[i]; }
  std::string str() const override {
    std::vector<std::string> items;
    for (const auto& item : items_) items.push_back(item->str());
    return list_str(type_name(), items);
  }

 private:
  std::vector<std::unique_ptr<Kind>> items_;
};

}  // namespace lemma::nn
