#pragma once
/// Tensor: a cheap handle to an n-dimensional array that remembers how it was computed.
///
/// Copying a Tensor copies the handle: both see the same data, as in PyTorch. Names, argument order, defaults and
/// broadcasting follow PyTorch. Operations are free functions (lemma/ops.h); the common ones are methods too.

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lemma/core/array.h"
#include "lemma/core/device.h"
#include "lemma/core/dtype.h"
#include "lemma/core/error.h"
#include "lemma/core/shape.h"
#include "lemma/tensor_impl.h"

namespace lemma {

class Tensor;
using TensorPair = std::pair<Tensor, Tensor>;
using TensorList = std::vector<Tensor>;
template <class T>
concept Scalar = std::is_arithmetic_v<T>;

/// What a new tensor is like: `zeros({2, 3}, {.dtype = float64, .requires_grad = true})`.
struct TensorOptions {
  std::optional<DType> dtype = std::nullopt;  ///< default float32, or what the data implies
  Device device = default_device();
  bool requires_grad = false;
};

class Tensor {
 public:
  Tensor() = default;  ///< undefined: "no tensor"
  explicit Tensor(Array array, bool requires_grad = false);

  // ---- What it is ----
  bool defined() const { return static_cast<bool>(impl_); }
  const Shape& shape() const;
  int dim() const { return shape().rank(); }  ///< number of dims
  int64_t size(int64_t dim) const;            ///< negative dims count from the end
  int64_t numel() const { return shape().numel(); }
  DType dtype() const;
  Device device() const;
  const Strides& strides() const;
  bool is_contiguous() const;
  /// Same data, same tape position: the very same tensor.
  bool is_same(const Tensor& other) const { return impl_ == other.impl_; }

  // ---- Values ----
  /// The only element as a number. Throws ShapeError unless numel() == 1.
  double item() const;
  /// All elements in row-major order, converted to T.
  template <class T>
  std::vector<T> to_vector() const;
  /// The raw elements. Throws unless T is the dtype, the tensor is contiguous and on the CPU.
  template <class T>
  const T* data() const;
  /// The same, for writing; counts as an in-place write (NoGrad rules apply).
  template <class T>
  T* mutable_data();
  /// Aligned text as PyTorch and NumPy print it; `std::cout << t` does the same.
  std::string str() const;
  /// One line for debuggers: "float32 (2, 3) cpu requires_grad, min -1.2, mean 0.1, max 2.3".
  std::string describe() const;

  // ---- Autograd ----
  bool requires_grad() const;
  /// Only for leaves of floating dtype. Returns *this.
  Tensor& requires_grad_(bool value = true);
  bool is_leaf() const;
  /// The accumulated gradient; undefined before backward().
  Tensor grad() const;
  void set_grad(const Tensor& grad);
  void zero_grad() { set_grad({}); }
  /// The backward pass: walks the tape back from here and adds to .grad of every leaf. A tensor with more than one
  /// element needs `gradient`.
  void backward(const Tensor& gradient = {}, bool retain_graph = false) const;
  /// The same data outside the tape.
  Tensor detach() const;
  /// Keeps .grad of this intermediate result too.
  void retain_grad() const;
  /// Called with the gradient of this tensor when it is complete; may return a replacement (or an undefined tensor to
  /// keep it). Returns an id for remove_hook.
  int64_t register_hook(std::function<Tensor(const Tensor&)> hook) const;
  void remove_hook(int64_t id) const;
  /// The operation that computed it, see lemma/tape/node.h: `y.grad_fn()->name()`. Null for leaves.
  Ref<Node> grad_fn() const;
  uint32_t version() const;

  // ---- In place: for optimisers and initialisers, under NoGrad where the tape is concerned. Return *this. ----
  Tensor& fill_(double value);
  Tensor& zero_() { return fill_(0); }
  Tensor& copy_(const Tensor& source);  ///< source broadcasts and is cast
  Tensor& add_(const Tensor& other, double alpha = 1);
  Tensor& sub_(const Tensor& other, double alpha = 1) { return add_(other, -alpha); }
  Tensor& mul_(const Tensor& other);
  Tensor& mul_(double factor);
  Tensor& add_(double value);

  // ---- Parts, casts ----
  Tensor operator[](int64_t index) const { return select(0, index); }
  Tensor view(const Shape& shape) const;  ///< like reshape, but throws where a copy would be needed
  Tensor t() const;                       ///< transpose of a matrix
  Tensor to(DType dtype) const;

  // ---- Operations as methods: x.softmax(-1) is softmax(x, -1); see ops.h. All of them are listed in methods.h ----
#define LEMMA_DEFAULT(value) = value
#define LEMMA_UNARY(name) Tensor name() const;
#define LEMMA_BINARY(name)                \
  Tensor name(const Tensor& other) const; \
  Tensor name(double other) const;
#define LEMMA_METHOD(Result, name, parameters, ...) Result name parameters const;
#include "lemma/methods.h"

  // ---- For the rooms below ops; users do not need them ----
  const Array& array() const;
  TensorImpl* impl() const { return impl_.get(); }
  static Tensor from_impl(Ref<TensorImpl> impl);

 private:
  Ref<TensorImpl> impl_;
};

// ---- Operators. A C++ number takes the tensor's dtype; tensors of different dtypes are an error. ----
Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& x);
Tensor operator+(const Tensor& a, double b);
Tensor operator-(const Tensor& a, double b);
Tensor operator*(const Tensor& a, double b);
Tensor operator/(const Tensor& a, double b);
Tensor operator+(double a, const Tensor& b);
Tensor operator-(double a, const Tensor& b);
Tensor operator*(double a, const Tensor& b);
Tensor operator/(double a, const Tensor& b);
std::ostream& operator<<(std::ostream& out, const Tensor& x);

// ---- Creation ----

/// A number, a list or nested lists: `2.0`, `{1.0, 2.0}`, `{{1, 2}, {3, 4}}`, or a std::vector. Ragged lists are an
/// error. As in PyTorch, integers make int64, bools make bool, the rest float32, unless the options say otherwise.
class TensorData {
 public:
  template <Scalar T>
  TensorData(T value)  // NOLINT: implicit on purpose
      : dtype_(std::is_same_v<T, bool> ? DType::boolean
               : std::is_integral_v<T> ? DType::int64
                                       : DType::float32) {
    if constexpr (std::is_integral_v<T>) integers_.push_back(static_cast<int64_t>(value));
    values_.push_back(static_cast<double>(value));
  }
  TensorData() : shape_(0) {}  ///< `{}`: no elements
  TensorData(std::initializer_list<TensorData> items);
  template <Scalar T>
  TensorData(const std::vector<T>& items) : TensorData(from_range(items)) {}  // NOLINT

  const Shape& shape() const { return shape_; }
  DType dtype() const { return dtype_; }
  const std::vector<double>& values() const { return values_; }
  const std::vector<int64_t>& integers() const { return integers_; }  ///< exact, when dtype is int64 or bool

 private:
  template <class T>
  static TensorData from_range(const std::vector<T>& items) {
    TensorData data;
    data.shape_ = Shape(static_cast<int64_t>(items.size()));
    data.dtype_ = TensorData(T{}).dtype_;
    for (T value : items) {
      if constexpr (std::is_integral_v<T>) data.integers_.push_back(static_cast<int64_t>(value));
      data.values_.push_back(static_cast<double>(value));
    }
    return data;
  }
  Shape shape_;
  DType dtype_ = DType::float32;
  std::vector<double> values_;
  std::vector<int64_t> integers_;
};

Tensor tensor(const TensorData& data, const TensorOptions& options = {});
/// Copies numel(shape) elements from memory.
template <class T>
Tensor from_data(const T* data, const Shape& shape, const TensorOptions& options = {});
Tensor empty(const Shape& shape, const TensorOptions& options = {});  ///< uninitialised
Tensor zeros(const Shape& shape, const TensorOptions& options = {});
Tensor ones(const Shape& shape, const TensorOptions& options = {});
Tensor full(const Shape& shape, double value, const TensorOptions& options = {});
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);
Tensor full_like(const Tensor& x, double value);
/// start, start + step, ... up to but not including end. int64 by default, as in PyTorch for integers.
Tensor arange(int64_t end, const TensorOptions& options = {.dtype = DType::int64});
Tensor arange(double start, double end, double step = 1, const TensorOptions& options = {});
/// 0, 1, ... below a floating end: float32, as in PyTorch. (Without this, 2.5 would be truncated to an integer.)
template <std::floating_point T>
Tensor arange(T end, const TensorOptions& options = {}) {
  return arange(0.0, static_cast<double>(end), 1.0, options);
}
Tensor linspace(double start, double end, int64_t steps, const TensorOptions& options = {});
Tensor eye(int64_t n, const TensorOptions& options = {});
/// The lower (upper) triangle of the last two dims; elements above (below) diagonal `k` are zero.
Tensor tril(const Tensor& x, int64_t diagonal = 0);
Tensor triu(const Tensor& x, int64_t diagonal = 0);

}  // namespace lemma
