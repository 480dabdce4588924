#include "lemma/core/shape.h"

#include <algorithm>
#include <limits>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/sizes.h"
#include "lemma/core/error.h"

namespace lemma {

template <class Kind>
IntList<Kind>::IntList(std::span<const int64_t> items) {
  if (items.size() > kMaxRank)
    throw ShapeError("shape", fmt::format("{} dims given; at most {} are supported", items.size(), kMaxRank));
  rank_ = static_cast<int>(items.size());
  std::copy(items.begin(), items.end(), items_.begin());
}

template <class Kind>
IntList<Kind> IntList<Kind>::filled(int rank, int64_t value) {
  IntList list;
  list.rank_ = std::min(rank, kMaxRank);
  std::fill_n(list.items_.begin(), list.rank_, value);
  if (rank > kMaxRank) list.push_back(value);  // throws
  return list;
}

template <class Kind>
bool IntList<Kind>::contains(int64_t value) const {
  return std::find(begin(), end(), value) != end();
}

template <class Kind>
void IntList<Kind>::push_back(int64_t value) {
  insert(rank_, value);
}

template <class Kind>
void IntList<Kind>::insert(int position, int64_t value) {
  if (rank_ == kMaxRank)
    throw ShapeError("shape", fmt::format("{} has {} dims already, the most supported", str(), kMaxRank));
  for (int i = rank_; i > position; --i) (*this)[i] = (*this)[i - 1];
  (*this)[position] = value;
  ++rank_;
}

template <class Kind>
void IntList<Kind>::erase(int position) {
  for (int i = position; i + 1 < rank_; ++i) (*this)[i] = (*this)[i + 1];
  items_[static_cast<size_t>(--rank_)] = 0;
}

template <class Kind>
std::string IntList<Kind>::str() const {
  return fmt::format("({})", fmt::join(begin(), end(), ", "));
}

template class IntList<ShapeKind>;
template class IntList<StridesKind>;
template class IntList<DimsKind>;

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << shape.str(); }
std::ostream& operator<<(std::ostream& out, const Strides& strides) { return out << strides.str(); }
std::ostream& operator<<(std::ostream& out, const Dims& dims) { return out << dims.str(); }

void one_element(const char* op, int64_t dim) {
  if (dim != 0 && dim != -1)
    throw ShapeError(op, fmt::format("dim {} is out of range for a number of shape (); valid: -1..0", dim));
}

int normalize_dim(const char* op, int64_t dim, const Shape& shape) {
  const int64_t rank = shape.rank();
  if (dim >= -rank && dim < rank) return static_cast<int>(dim < 0 ? dim + rank : dim);
  if (rank == 0) throw ShapeError(op, fmt::format("dim {} is out of range for (), which has no dims", dim), {shape});
  throw ShapeError(op, fmt::format("dim {} is out of range for {}; valid: {}..{}", dim, shape.str(), -rank, rank - 1),
                   {shape});
}

Dims normalize_dims(const char* op, const Dims& dims, const Shape& shape) {
  Dims result;
  if (dims.empty()) {
    for (int i = 0; i < shape.rank(); ++i) result.push_back(i);
    return result;
  }
  if (shape.rank() == 0 && dims.rank() == 1) {  // as in PyTorch, a number has one element along dim 0
    one_element(op, dims[0]);
    return result;
  }
  for (int64_t dim : dims) {
    const int d = normalize_dim(op, dim, shape);
    if (result.contains(d))
      throw ShapeError(op, fmt::format("dim {} is named twice in {} for {}", d, dims.str(), shape.str()), {shape});
    result.push_back(d);
  }
  if (result.rank() > 1) std::sort(&result[0], &result[0] + result.rank());
  return result;
}

Strides contiguous_strides(const Shape& shape) {
  Strides strides = Strides::filled(shape.rank(), 0);
  int64_t step = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

void check_elements(const char* op, const Shape& shape) {
  int64_t most = std::numeric_limits<int64_t>::max() / 8;
  for (const int64_t dim : shape) most = dim == 0 ? most : most / dim;
  if (most == 0) throw ShapeError(op, fmt::format("{} has too many elements for one tensor", shape.str()), {shape});
}

int64_t multiply_sizes(const char* op, int64_t a, int64_t b) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product))
    throw ShapeError(op, fmt::format("{} times {} elements are too many for one tensor", a, b));
  return product;
}
int64_t add_sizes(const char* op, int64_t a, int64_t b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum))
    throw ShapeError(op, fmt::format("{} and {} elements are too many for one tensor", a, b));
  return sum;
}

Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape result = Shape::filled(rank, 1);
  for (int i = 1; i <= rank; ++i) {  // from the last dim to the first
    const int64_t x = i <= a.rank() ? a[a.rank() - i] : 1;
    const int64_t y = i <= b.rank() ? b[b.rank() - i] : 1;
    if (x != y && x != 1 && y != 1)
      throw ShapeError(
          op, fmt::format("shapes {} and {} cannot be broadcast: dim -{} is {} and {}", a.str(), b.str(), i, x, y),
          {a, b});
    result[rank - i] = x == 1 ? y : x;
  }
  return result;
}

}  // namespace lemma
