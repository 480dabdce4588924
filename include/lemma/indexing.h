#pragma once
/// Parts of a tensor by position, to read and to write: `x[{Slice(1, 3), All, -1}]`, `x[mask] = 0.0`.
///
/// Names and meaning are Python's and libtorch's. Numbers, slices, None and Ellipsis give views, which share x's
/// memory; index tensors and masks gather copies. Assigning to either writes into x.

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "lemma/tensor.h"

namespace lemma {

/// Left out, as in `Slice(None, 3)`; among indices, a new dim of size 1.
inline constexpr std::nullopt_t None = std::nullopt;

/// start:stop:step, each of which may be None. Negative ones count from the end, and the ends are clipped. The step is
/// at least 1, as in PyTorch; flip() goes backwards.
struct Slice {
  std::optional<int64_t> start, stop;
  int64_t step;
  Slice(std::optional<int64_t> start_ = None, std::optional<int64_t> stop_ = None, std::optional<int64_t> step_ = None)
      : start(start_), stop(stop_), step(step_.value_or(1)) {}
};
inline const Slice All;  ///< a whole dim: Python's `:`

/// As many whole dims as are left over: Python's `...`. At most one.
inline constexpr struct EllipsisKind {
} Ellipsis;

/// One of the indices in brackets: a number, a Slice, None, Ellipsis, an int64 tensor of positions or a bool mask.
class TensorIndex {
 public:
  enum class Kind : uint8_t { number, slice, none, ellipsis, tensor };
  template <std::integral T>
  requires(!std::same_as<T, bool>) TensorIndex(T number)
      : kind_(Kind::number), number_(static_cast<int64_t>(number)) {}              // NOLINT: implicit on purpose
  TensorIndex(const Slice& slice) : kind_(Kind::slice), slice_(slice) {}           // NOLINT
  TensorIndex(std::nullopt_t) : kind_(Kind::none) {}                               // NOLINT
  TensorIndex(EllipsisKind) : kind_(Kind::ellipsis) {}                             // NOLINT
  TensorIndex(Tensor tensor) : kind_(Kind::tensor), tensor_(std::move(tensor)) {}  // NOLINT

  Kind kind() const { return kind_; }
  int64_t number() const { return number_; }
  const Slice& slice() const { return slice_; }
  const Tensor& tensor() const { return tensor_; }

 private:
  Kind kind_;
  int64_t number_ = 0;
  Slice slice_;
  Tensor tensor_;
};

/// What brackets give: the tensor that was read, and a way to write where it came from. In a variable it is a tensor
/// like any other.
class Indexed : public Tensor {
 public:
  Indexed(Tensor source, std::vector<TensorIndex> indices)
      : Tensor(source.index(indices)), source_(std::move(source)), indices_(std::move(indices)) {}
  Indexed(const Indexed&) = default;
  Indexed(Indexed&&) noexcept = default;

  Indexed& operator=(const Tensor& other) & {
    Tensor::operator=(other);
    return *this;
  }
  Indexed& operator=(const Indexed& other) & { return *this = static_cast<const Tensor&>(other); }
  /// `x[mask] = y` is x.index_put_({mask}, y).
  void operator=(const Tensor& values) && { source_.index_put_(indices_, values); }
  void operator=(const Indexed& values) && { source_.index_put_(indices_, values); }
  template <Scalar T>
  void operator=(T value) && {
    put(value);
  }
  // x[mask] is a copy: the result goes back to where it came from.
  template <class T>
  void operator+=(const T& other) && {
    std::move(*this) = *this + other;
  }
  template <class T>
  void operator-=(const T& other) && {
    std::move(*this) = *this - other;
  }
  template <class T>
  void operator*=(const T& other) && {
    std::move(*this) = *this * other;
  }
  template <class T>
  void operator/=(const T& other) && {
    std::move(*this) = *this / other;
  }
  template <class T>
  Tensor& operator+=(const T& other) & {
    return Tensor::operator+=(other);
  }
  template <class T>
  Tensor& operator-=(const T& other) & {
    return Tensor::operator-=(other);
  }
  template <class T>
  Tensor& operator*=(const T& other) & {
    return Tensor::operator*=(other);
  }
  template <class T>
  Tensor& operator/=(const T& other) & {
    return Tensor::operator/=(other);
  }

 private:
  void put(Number value);
  Tensor source_;
  std::vector<TensorIndex> indices_;
};

inline Indexed Tensor::operator[](std::initializer_list<TensorIndex> indices) const { return {*this, indices}; }
inline Indexed Tensor::operator[](const TensorIndex& index) const { return {*this, {index}}; }
inline Indexed Tensor::operator[](const Tensor& index) const { return {*this, {TensorIndex(index)}}; }

}  // namespace lemma
