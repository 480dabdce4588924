#pragma once
/// Shape, Strides and Dims: short lists of integers held inline, of rank 0 to 8.
///
/// They are three types, so that none is taken for another: `permute(x, x.shape())` does not compile. Where numbers of
/// one are meant as another, say so: `Strides(shape)`.

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

namespace lemma {

inline constexpr int kMaxRank = 8;

template <class Kind>
class IntList {
 public:
  constexpr IntList() = default;
  /// One number: lets `sum(x, 1)` and `sum(x, {0, 1})` be the same function.
  template <std::integral T>
  constexpr IntList(T only) : rank_(1) {  // NOLINT: implicit on purpose
    items_[0] = static_cast<int64_t>(only);
  }
  /// Throws ShapeError above rank 8.
  IntList(std::initializer_list<int64_t> items) : IntList(std::span(items.begin(), items.size())) {}
  IntList(const std::vector<int64_t>& items) : IntList(std::span(items.data(), items.size())) {}  // NOLINT
  explicit IntList(std::span<const int64_t> items);
  /// The same value `rank` times.
  static IntList filled(int rank, int64_t value);

  int rank() const { return rank_; }
  size_t size() const { return static_cast<size_t>(rank_); }  ///< with data(), begin() and end(): a range
  bool empty() const { return rank_ == 0; }
  int64_t operator[](int i) const { return items_[static_cast<size_t>(i)]; }
  int64_t& operator[](int i) { return items_[static_cast<size_t>(i)]; }
  const int64_t* data() const { return items_.data(); }
  const int64_t* begin() const { return items_.data(); }
  const int64_t* end() const { return items_.data() + rank_; }
  int64_t back() const { return items_[static_cast<size_t>(rank_ - 1)]; }

  /// Number of elements of a tensor of this shape: the product of the dims, 1 for rank 0.
  int64_t numel() const requires std::same_as<Kind, struct ShapeKind> {
    int64_t n = 1;
    for (int i = 0; i < rank_; ++i) n *= items_[static_cast<size_t>(i)];
    return n;
  }
  bool contains(int64_t value) const;        ///< whether one of them is `value`
  void push_back(int64_t value);             ///< throws ShapeError above rank 8
  void insert(int position, int64_t value);  ///< before that position; throws ShapeError above rank 8
  void erase(int position);                  ///< those after it move up
  /// Equal in length and in every number.
  bool operator==(const IntList& other) const {
    if (rank_ != other.rank_) return false;
    for (int i = 0; i < rank_; ++i)
      if ((*this)[i] != other[i]) return false;
    return true;
  }
  /// "(2, 3)"; "(4)" for one number; "()" for a scalar.
  std::string str() const;
  std::vector<int64_t> to_vector() const { return {begin(), end()}; }

 private:
  std::array<int64_t, kMaxRank> items_{};
  int rank_ = 0;
};

using Shape = IntList<struct ShapeKind>;      ///< how many elements each dim has
using Strides = IntList<struct StridesKind>;  ///< how far apart they lie, in elements, not bytes
using Dims = IntList<struct DimsKind>;        ///< a list of dims; negative ones count from the end

extern template class IntList<ShapeKind>;
extern template class IntList<StridesKind>;
extern template class IntList<DimsKind>;

std::ostream& operator<<(std::ostream& out, const Shape& shape);  ///< as shape.str()
std::ostream& operator<<(std::ostream& out, const Strides& strides);
std::ostream& operator<<(std::ostream& out, const Dims& dims);

/// Turns a dim of -rank..rank-1 into 0..rank-1. Throws `[op] dim 3 is out of range for (2, 3, 4); valid: -3..2`.
int normalize_dim(const char* op, int64_t dim, const Shape& shape);
/// The same for a list; sorted, and a repeated dim is an error. An empty list means all dims.
Dims normalize_dims(const char* op, const Dims& dims, const Shape& shape);
/// Row-major strides of a contiguous tensor.
Strides contiguous_strides(const Shape& shape);
/// As in PyTorch, operations along a dim take a number as one element of dim 0, or -1. Throws for any other dim.
void one_element(const char* op, int64_t dim);
/// a b and a + b for sizes that are 0 or more. Throws ShapeError where the result is no int64.
int64_t multiply_sizes(const char* op, int64_t a, int64_t b);
int64_t add_sizes(const char* op, int64_t a, int64_t b);  ///< as multiply_sizes
/// The shape that both expand to, by PyTorch's rule (dims compared from the end, 1 stretches). Throws ShapeError.
Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b);

}  // namespace lemma
