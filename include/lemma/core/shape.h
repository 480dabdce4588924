#pragma once
/// A short list of integers held inline: shapes, strides and lists of dims, of rank 0 to 8.

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

class Shape {
 public:
  constexpr Shape() = default;
  /// One dim: lets `sum(x, 1)` and `sum(x, {0, 1})` be the same function.
  template <std::integral T>
  constexpr Shape(T only) : rank_(1) {
    dims_[0] = static_cast<int64_t>(only);
  }  // NOLINT: implicit on purpose
  /// Throws ShapeError above rank 8.
  Shape(std::initializer_list<int64_t> dims) : Shape(std::span(dims.begin(), dims.size())) {}
  Shape(const std::vector<int64_t>& dims) : Shape(std::span(dims.data(), dims.size())) {}  // NOLINT
  explicit Shape(std::span<const int64_t> dims);
  /// The same value `rank` times.
  static Shape filled(int rank, int64_t value);

  int rank() const { return rank_; }
  bool empty() const { return rank_ == 0; }
  int64_t operator[](int i) const { return dims_[static_cast<size_t>(i)]; }
  int64_t& operator[](int i) { return dims_[static_cast<size_t>(i)]; }
  const int64_t* begin() const { return dims_.data(); }
  const int64_t* end() const { return dims_.data() + rank_; }
  int64_t back() const { return dims_[static_cast<size_t>(rank_ - 1)]; }

  /// Number of elements: the product of the dims, 1 for rank 0.
  int64_t numel() const {
    int64_t n = 1;
    for (int i = 0; i < rank_; ++i) n *= dims_[static_cast<size_t>(i)];
    return n;
  }
  bool contains(int64_t value) const;
  void push_back(int64_t value);
  void insert(int position, int64_t value);
  void erase(int position);
  bool operator==(const Shape& other) const {
    if (rank_ != other.rank_) return false;
    for (int i = 0; i < rank_; ++i)
      if ((*this)[i] != other[i]) return false;
    return true;
  }
  /// "(2, 3)"; "(4)" for one dim; "()" for a scalar.
  std::string str() const;
  std::vector<int64_t> to_vector() const { return {begin(), end()}; }

 private:
  std::array<int64_t, kMaxRank> dims_{};
  int rank_ = 0;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape);  ///< as shape.str()

using Strides = Shape;  ///< in elements, not bytes
using Dims = Shape;     ///< a list of dims; negative ones count from the end

/// Turns a dim of -rank..rank-1 into 0..rank-1. Throws `[op] dim 3 is out of range for (2, 3, 4); valid: -3..2`.
int normalize_dim(const char* op, int64_t dim, const Shape& shape);
/// The same for a list; sorted, and a repeated dim is an error. An empty list means all dims.
Dims normalize_dims(const char* op, const Dims& dims, const Shape& shape);
/// Row-major strides of a contiguous tensor.
Strides contiguous_strides(const Shape& shape);
/// The shape that both expand to, by PyTorch's rule (dims compared from the end, 1 stretches). Throws ShapeError.
Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b);

}  // namespace lemma
