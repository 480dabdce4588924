#pragma once
/// Tensor: a cheap handle to an n-dimensional array that remembers how it was computed.
///
/// Copying a Tensor copies the handle: both see the same data, as in PyTorch. Names, argument order, defaults and
/// broadcasting follow PyTorch. Operations are free functions (lemma/ops.h); the common ones are methods too.

#include <array>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lemma/core/array.h"
#include "lemma/core/device.h"
#include "lemma/core/dtype.h"
#include "lemma/core/error.h"
#include "lemma/core/number.h"
#include "lemma/core/shape.h"
#include "lemma/tensor_impl.h"

namespace lemma {

class Tensor;
class TensorIndex;
class TensorIterator;
class Indexed;
using TensorPair = std::pair<Tensor, Tensor>;
using TensorList = std::vector<Tensor>;

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
  Tensor(const Tensor&) = default;
  Tensor(Tensor&&) noexcept = default;

  // ---- Assignment: a variable becomes another handle; a temporary, such as x[0], is written through ----
  Tensor& operator=(const Tensor&) & = default;
  Tensor& operator=(Tensor&&) & noexcept = default;
  /// `x[0] = y`: y's values, broadcast, into the memory of x. Under the rules of copy_().
  void operator=(const Tensor& values) &&;
  void operator=(Tensor&& values) &&;
  template <Scalar T>
  void operator=(T value) && {  ///< `x[0][1] = 7.0`
    fill_(value);
  }

  // ---- What it is ----
  bool defined() const { return static_cast<bool>(impl_); }
  const Shape& shape() const { return array().shape(); }
  const Shape& sizes() const { return shape(); }
  /// The dims by name: `auto [B, T, D] = x.sizes<3>()`. Throws ShapeError unless there are so many.
  template <size_t N>
  std::array<int64_t, N> sizes() const {
    check_rank(static_cast<int>(N));
    std::array<int64_t, N> all{};
    for (size_t i = 0; i < N; ++i) all[i] = shape()[static_cast<int>(i)];
    return all;
  }
  int dim() const { return shape().rank(); }  ///< number of dims
  int ndim() const { return dim(); }
  int64_t size(int64_t dim) const;  ///< negative dims count from the end
  int64_t numel() const { return shape().numel(); }
  DType dtype() const { return array().dtype(); }
  bool is_floating_point() const { return is_floating(dtype()); }
  size_t element_size() const { return size_of(dtype()); }  ///< in bytes
  Device device() const { return array().device(); }
  const Strides& strides() const { return array().strides(); }
  bool is_contiguous() const { return array().is_contiguous(); }
  /// Same data, same tape position: the very same tensor.
  bool is_same(const Tensor& other) const { return impl_ == other.impl_; }

  // ---- Values ----
  /// The only element as a number. Throws ShapeError unless numel() == 1.
  double item() const;
  /// The same as a T, exactly: int64 past 2^53 too. Throws DTypeError where an integral T cannot hold it; a floating T
  /// rounds.
  template <Scalar T>
  T item() const {
    if constexpr (std::is_same_v<T, bool>)
      return item_integer(0, 1) != 0;
    else if constexpr (std::is_integral_v<T>)
      return static_cast<T>(item_integer(
          static_cast<int64_t>(std::numeric_limits<T>::min()),
          sizeof(T) < 8 ? static_cast<int64_t>(std::numeric_limits<T>::max()) : std::numeric_limits<int64_t>::max()));
    else
      return static_cast<T>(item());
  }
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
  /// Whether backward() passes through it: it was marked so, or computed from such a tensor while recording.
  bool requires_grad() const {
    if (!impl_ || impl_->requires_grad) return defined();
    if (impl_->stale()) impl_->refresh();
    return static_cast<bool>(impl_->node);
  }
  /// Only for leaves of floating dtype. Returns *this.
  Tensor& requires_grad_(bool value = true);
  bool is_leaf() const;  ///< was it given, not computed?
  /// The accumulated gradient; undefined before backward().
  Tensor grad() const;
  void set_grad(const Tensor& grad);  ///< throws unless shape, dtype and device are its own
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
  void remove_hook(int64_t id) const;  ///< an unknown id changes nothing
  /// The operation that computed it, see lemma/tape/node.h: `y.grad_fn()->name()`. Null for leaves.
  Ref<Node> grad_fn() const;
  uint32_t version() const;  ///< how many times its memory has been written in place

  // ---- In place: x's memory is written, and x and all its views see it; see docs/indexing.md. Return *this. ----
  // A leaf that requires a gradient may be written under NoGrad alone. Elsewhere the write is recorded: gradients are
  // those of the new values. A result that x's dtype cannot hold, such as arange(3).mul_(0.5), throws DTypeError.
  Tensor& fill_(Number value);  ///< writes it into every element
  Tensor& zero_() { return fill_(0); }
  Tensor& copy_(const Tensor& source);  ///< source broadcasts and is cast
  Tensor& add_(const Tensor& other, Number alpha = 1);
  Tensor& sub_(const Tensor& other, Number alpha = 1) { return add_(other, -alpha); }
  Tensor& mul_(const Tensor& other);
  Tensor& div_(const Tensor& other);
  Tensor& add_(Number value);
  Tensor& sub_(Number value) { return add_(-value); }
  Tensor& mul_(Number factor);
  Tensor& div_(Number divisor);
  Tensor& clamp_(Number low, Number high);
  Tensor& masked_fill_(const Tensor& mask, Number value);
  Tensor& index_put_(const std::vector<TensorIndex>& indices, const Tensor& values, bool accumulate = false);
  Tensor& index_add_(int64_t dim, const Tensor& index, const Tensor& source, Number alpha = 1);
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& source);
  Tensor& scatter_(int64_t dim, const Tensor& index, Number value);
  Tensor& scatter_add_(int64_t dim, const Tensor& index, const Tensor& source);
  Tensor& operator+=(const Tensor& other) { return add_(other); }
  Tensor& operator-=(const Tensor& other) { return sub_(other); }
  Tensor& operator*=(const Tensor& other) { return mul_(other); }
  Tensor& operator/=(const Tensor& other) { return div_(other); }
  Tensor& operator+=(Number value) { return add_(value); }
  Tensor& operator-=(Number value) { return sub_(value); }
  Tensor& operator*=(Number value) { return mul_(value); }
  Tensor& operator/=(Number value) { return div_(value); }
  Tensor& operator&=(const Tensor& mask);  ///< bool tensors
  Tensor& operator|=(const Tensor& mask);
  Tensor& operator^=(const Tensor& mask);

  // ---- Parts, to read and to write; see indexing.h. x[0], x[{Slice(1, 3), All, -1}] and slices are views ----
  Tensor operator[](int64_t index) const { return select(0, index); }
  Indexed operator[](std::same_as<bool> auto) const = delete;  ///< a mask in PyTorch, the row 1 in C++: say which
  Indexed operator[](std::initializer_list<TensorIndex> indices) const;
  Indexed operator[](const TensorIndex& index) const;
  Indexed operator[](const Tensor& index) const;                ///< rows by int64 numbers, or where a bool mask is true
  Tensor index(const std::vector<TensorIndex>& indices) const;  ///< the value of x[{...}]: see indexing.h
  /// `for (const Tensor& row : x)`: the slices along dim 0, which are views.
  TensorIterator begin() const;
  TensorIterator end() const;  ///< past the last

  // ---- Casts and other views ----
  Tensor to(DType dtype) const;           ///< cast: a copy, or x itself
  Tensor view(const Shape& shape) const;  ///< like reshape, but throws where a copy would be needed
  Tensor t() const;                       ///< transpose of a matrix

  // ---- Operations as methods: x.softmax(-1) is softmax(x, -1); see ops.h. All of them are listed in methods.h ----
#define LEMMA_DEFAULT(value) = value
#define LEMMA_UNARY(name) Tensor name() const;
#define LEMMA_BINARY(name)                \
  Tensor name(const Tensor& other) const; \
  Tensor name(Number other) const;
#define LEMMA_METHOD(Result, name, parameters, ...) Result name parameters const;
#include "lemma/methods.h"
  /// As in ops.h, PyTorch's older form.
  Tensor var(const Dims& dims, std::same_as<bool> auto unbiased, bool keepdim = false) const {
    return var(dims, int64_t{unbiased}, keepdim);
  }
  /// As in ops.h, PyTorch's older form.
  Tensor std(const Dims& dims, std::same_as<bool> auto unbiased, bool keepdim = false) const {
    return std(dims, int64_t{unbiased}, keepdim);
  }
  Tensor norm(std::integral auto p_or_dim, bool keepdim = false) const = delete;  ///< dims stand in braces: norm({1})

  // ---- For the rooms below ops; users do not need them ----
  /// Its memory, shape and dtype. Throws Error for an undefined tensor.
  const Array& array() const {
    if (!impl_) refuse_undefined();
    return impl_->array;
  }
  TensorImpl* impl() const { return impl_.get(); }
  static Tensor from_impl(Ref<TensorImpl> impl);  ///< a handle to it

 private:
  [[noreturn]] static void refuse_undefined();
  void check_rank(int wanted) const;
  int64_t item_integer(int64_t low, int64_t high) const;
  Ref<TensorImpl> impl_;
};

/// Walks dim 0; what it points to is a view made on the way.
class TensorIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Tensor;
  using difference_type = int64_t;
  using pointer = void;
  using reference = Tensor;

  TensorIterator() = default;
  TensorIterator(Tensor over, int64_t at) : over_(std::move(over)), at_(at) {}
  Tensor operator*() const { return over_[at_]; }
  /// To the next slice.
  TensorIterator& operator++() {
    ++at_;
    return *this;
  }
  TensorIterator operator++(int) {
    TensorIterator old = *this;
    ++at_;
    return old;
  }
  bool operator==(const TensorIterator& other) const { return at_ == other.at_; }

 private:
  Tensor over_;
  int64_t at_ = 0;
};

// ---- Operators. A C++ number takes the tensor's dtype; tensors of different dtypes are an error. ----
Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& x);
Tensor operator+(const Tensor& a, Number b);
Tensor operator-(const Tensor& a, Number b);
Tensor operator*(const Tensor& a, Number b);
Tensor operator/(const Tensor& a, Number b);
Tensor operator+(Number a, const Tensor& b);
Tensor operator-(Number a, const Tensor& b);
Tensor operator*(Number a, const Tensor& b);
Tensor operator/(Number a, const Tensor& b);
std::ostream& operator<<(std::ostream& out, const Tensor& x);  ///< as x.str()

// Comparisons give bool tensors, element by element: `all(a == b)`, `x[x > 0]`. equal(a, b) compares whole tensors.
Tensor operator==(const Tensor& a, const Tensor& b);
Tensor operator!=(const Tensor& a, const Tensor& b);
Tensor operator<(const Tensor& a, const Tensor& b);
Tensor operator<=(const Tensor& a, const Tensor& b);
Tensor operator>(const Tensor& a, const Tensor& b);
Tensor operator>=(const Tensor& a, const Tensor& b);
Tensor operator==(const Tensor& a, Number b);
Tensor operator!=(const Tensor& a, Number b);
Tensor operator<(const Tensor& a, Number b);
Tensor operator<=(const Tensor& a, Number b);
Tensor operator>(const Tensor& a, Number b);
Tensor operator>=(const Tensor& a, Number b);
Tensor operator==(Number a, const Tensor& b);
Tensor operator!=(Number a, const Tensor& b);
Tensor operator<(Number a, const Tensor& b);
Tensor operator<=(Number a, const Tensor& b);
Tensor operator>(Number a, const Tensor& b);
Tensor operator>=(Number a, const Tensor& b);
// Of bool tensors; for integers there are none.
Tensor operator&(const Tensor& a, const Tensor& b);
Tensor operator|(const Tensor& a, const Tensor& b);
Tensor operator^(const Tensor& a, const Tensor& b);
Tensor operator~(const Tensor& mask);

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
    if constexpr (std::is_integral_v<T>) add_integer(value);
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
      if constexpr (std::is_integral_v<T>) data.add_integer(value);
      data.values_.push_back(static_cast<double>(value));
    }
    return data;
  }
  void add_integer(const Number& value);  // throws DTypeError beyond int64
  Shape shape_;
  DType dtype_ = DType::float32;
  std::vector<double> values_;
  std::vector<int64_t> integers_;
};

/// The tensor of these numbers: a copy. Throws ShapeError for ragged lists, DTypeError for what the dtype cannot hold.
Tensor tensor(const TensorData& data, const TensorOptions& options = {});
/// Copies numel(shape) elements from memory.
template <class T>
Tensor from_data(const T* data, const Shape& shape, const TensorOptions& options = {});
Tensor empty(const Shape& shape, const TensorOptions& options = {});               ///< uninitialised
Tensor zeros(const Shape& shape, const TensorOptions& options = {});               ///< all 0
Tensor ones(const Shape& shape, const TensorOptions& options = {});                ///< all 1
Tensor full(const Shape& shape, Number value, const TensorOptions& options = {});  ///< all `value`
Tensor empty_like(const Tensor& x);                                                ///< of x's shape, dtype and device
Tensor zeros_like(const Tensor& x);                                                ///< likewise
Tensor ones_like(const Tensor& x);                                                 ///< likewise
Tensor full_like(const Tensor& x, Number value);                                   ///< likewise
/// start, start + step, ... up to but not including end. As in PyTorch, integers make int64, and a floating one among
/// them float32.
Tensor arange(int64_t end, const TensorOptions& options = {.dtype = DType::int64});
Tensor arange(Number start, Number end, Number step = 1, const TensorOptions& options = {});
template <std::floating_point End>
Tensor arange(End end, const TensorOptions& options = {}) {  // without this, 2.5 would be truncated to an integer
  return arange(0.0, end, 1.0, options);
}
/// `steps` numbers from start to end, both included, equally far apart. ValueError for a negative count.
Tensor linspace(double start, double end, int64_t steps, const TensorOptions& options = {});
Tensor eye(int64_t n, const TensorOptions& options = {});  ///< (n, n): ones on the diagonal
/// The lower (upper) triangle of the last two dims; elements above (below) diagonal `k` are zero.
Tensor tril(const Tensor& x, int64_t diagonal = 0);
Tensor triu(const Tensor& x, int64_t diagonal = 0);  ///< the upper one, likewise

}  // namespace lemma

#include "lemma/indexing.h"
