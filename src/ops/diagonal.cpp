// Diagonals written and summed, and the places of triangles.
#include <algorithm>

#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/composition.h"

namespace lemma {

/// A vector of n becomes n rows of n + 1 with one element each at the front; read as rows of n, they are a diagonal.
Tensor diag_embed(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) {
  const Composition result("diag_embed");
  check::defined("diag_embed", x);
  if (x.dim() == 0) throw ShapeError("diag_embed", "needs at least one dim, got ()", {x.shape()});
  Shape whole = x.shape();  // of the result's rank, for the checks alone
  whole.push_back(1);
  const int a = normalize_dim("diag_embed", dim1, whole), b = normalize_dim("diag_embed", dim2, whole);
  if (a == b)
    throw ShapeError("diag_embed", fmt::format("dims {} and {} of the result are the same dim", dim1, dim2),
                     {x.shape()});
  if (offset == INT64_MIN) throw ValueError("diag_embed", fmt::format("offset {} is out of range", offset));
  const int64_t n = x.shape().back(), right = std::max<int64_t>(offset, 0), down = std::max<int64_t>(-offset, 0);
  Shape flat = x.shape(), square = x.shape();
  flat[flat.rank() - 1] = multiply_sizes("diag_embed", n, n + 1);
  square.push_back(n);
  const Tensor row = reshape(pad(unsqueeze(x, -1), -1, 0, n), flat);
  Tensor y = reshape(narrow(row, -1, 0, n * n), square);
  y = pad(pad(y, -1, right, down), -2, down, right);
  return result(movedim(y, {-2, -1}, {a, b}));
}

Tensor diag(const Tensor& x, int64_t diagonal) {
  const Composition result("diag");
  check::defined("diag", x);
  if (x.dim() == 1) return result(diag_embed(x, diagonal));
  if (x.dim() == 2) return result(clone(lemma::diagonal(x, diagonal)));
  throw ShapeError("diag", fmt::format("needs a vector or a matrix, got {}", x.shape().str()), {x.shape()});
}

Tensor trace(const Tensor& x) {
  const Composition result("trace");
  check::numeric("trace", x);
  if (x.dim() != 2) throw ShapeError("trace", fmt::format("needs a matrix, got {}", x.shape().str()), {x.shape()});
  return result(sum(diagonal(x)));
}

namespace {
constexpr int64_t kLimit = int64_t{1} << 28;  // rows or columns of a triangle

// The offset within the matrix, whose size it checks: beyond the matrix all are alike.
int64_t offset_within(const char* op, int64_t rows, int64_t columns, int64_t offset) {
  if (rows < 0 || columns < 0)
    throw ValueError(op, fmt::format("sizes cannot be negative, got {} rows and {} columns", rows, columns));
  if (rows > kLimit || columns > kLimit)
    throw ValueError(op, fmt::format("a triangle of {} rows and {} columns has too many places", rows, columns));
  return std::clamp(offset, -rows, columns);
}

// The (row, column) pairs of columns [from(row), to(row)), row by row.
template <class From, class To>
Tensor places(int64_t rows, int64_t columns, const TensorOptions& options, From from, To to) {
  const auto first = [&](int64_t row) { return std::clamp<int64_t>(from(row), 0, columns); };
  const auto last = [&](int64_t row) { return std::clamp<int64_t>(to(row), 0, columns); };
  int64_t n = 0;
  for (int64_t row = 0; row < rows && n <= kLimit * kLimit; ++row) n += last(row) - first(row);
  Tensor both = empty({2, n}, {.dtype = int64, .device = Device::cpu()});
  int64_t* at = both.mutable_data<int64_t>();
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = first(row); column < last(row); ++column, ++at) {
      at[0] = row;
      at[n] = column;
    }
  const Tensor there = lemma::to(both, options.device);
  return options.dtype ? there.to(*options.dtype) : there;
}
}  // namespace

Tensor tril_indices(int64_t rows, int64_t columns, int64_t offset, const TensorOptions& options) {
  const int64_t above = offset_within("tril_indices", rows, columns, offset);
  return places(
      rows, columns, options, [](int64_t) { return 0; }, [&](int64_t row) { return row + above + 1; });
}
Tensor triu_indices(int64_t rows, int64_t columns, int64_t offset, const TensorOptions& options) {
  const int64_t above = offset_within("triu_indices", rows, columns, offset);
  return places(
      rows, columns, options, [&](int64_t row) { return row + above; }, [&](int64_t) { return columns; });
}

}  // namespace lemma
