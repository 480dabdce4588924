#pragma once
/// From items to a batch: tensors are stacked, numbers become a tensor, and pairs, tuples and lists of those are
/// taken apart and put together again.

#include <concepts>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "lemma/ops.h"

namespace lemma::data {

/// Tensor -> (B, ...); a number or bool -> (B); std::string -> a vector of B; std::pair, std::tuple or std::vector
/// of these -> the same of batches. A vector must have the same length in every item, else ShapeError.
struct DefaultCollate {
  Tensor operator()(const std::vector<Tensor>& items) const { return stack(items, 0); }  ///< one new dim, in front
  std::vector<std::string> operator()(const std::vector<std::string>& items) const { return items; }
  template <class N>
  requires std::is_arithmetic_v<N> Tensor operator()(const std::vector<N>& items) const {
    if constexpr (std::same_as<N, bool>) {
      return ne(tensor(std::vector<int64_t>(items.begin(), items.end())), 0);
    } else if constexpr (std::is_integral_v<N>) {
      return tensor(std::vector<int64_t>(items.begin(), items.end()));
    } else {
      return tensor(std::vector<double>(items.begin(), items.end()));
    }
  }
  template <class A, class B>
  auto operator()(const std::vector<std::pair<A, B>>& items) const {
    return std::pair{part(items, [](const auto& item) { return item.first; }),
                     part(items, [](const auto& item) { return item.second; })};
  }
  template <class... Parts>
  auto operator()(const std::vector<std::tuple<Parts...>>& items) const {
    return [&]<size_t... I>(std::index_sequence<I...>) {
      return std::tuple{part(items, [](const auto& item) { return std::get<I>(item); })...};
    }
    (std::index_sequence_for<Parts...>());
  }
  template <class T>
  auto operator()(const std::vector<std::vector<T>>& items) const {
    using Whole = decltype((*this)(std::declval<const std::vector<T>&>()));
    std::vector<Whole> parts;
    for (size_t k = 0; k < items.front().size(); ++k)
      parts.push_back(part(items, [&](const std::vector<T>& item) {
        if (item.size() != items.front().size())
          throw ShapeError("collate", "an item has " + std::to_string(item.size()) + " parts, the first one " +
                                          std::to_string(items.front().size()) +
                                          "; give the loader a collate function");
        return item[k];
      }));
    return parts;
  }

 private:
  template <class Item, class Get>
  auto part(const std::vector<Item>& items, Get get) const {
    std::vector<std::decay_t<decltype(get(items.front()))>> values;
    for (const Item& item : items) values.push_back(get(item));
    return (*this)(values);
  }
};

}  // namespace lemma::data
