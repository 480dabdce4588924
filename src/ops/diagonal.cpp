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
  const int64_t n = x.shape().back(), right = std::max<int64_t>(offset, 0), down = std::max<int64_t>(-offset, 0);
  Shape flat = x.shape(), square = x.shape();
  flat[flat.rank() - 1] = n * (n + 1);
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
// The (row, column) pairs for which `inside(column - row)` holds, row by row.
template <class Inside>
Tensor places(const char* op, int64_t rows, int64_t columns, const TensorOptions& options, Inside inside) {
  if (rows < 0 || columns < 0)
    throw ValueError(op, fmt::format("sizes cannot be negative, got {} rows and {} columns", rows, columns));
  std::vector<int64_t> at[2];
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      if (inside(j - i)) {
        at[0].push_back(i);
        at[1].push_back(j);
      }
  const int64_t n = static_cast<int64_t>(at[0].size());
  at[0].insert(at[0].end(), at[1].begin(), at[1].end());
  return reshape(tensor(at[0], options), {2, n});
}
}  // namespace

Tensor tril_indices(int64_t rows, int64_t columns, int64_t offset, const TensorOptions& options) {
  return places("tril_indices", rows, columns, options, [&](int64_t d) { return d <= offset; });
}
Tensor triu_indices(int64_t rows, int64_t columns, int64_t offset, const TensorOptions& options) {
  return places("triu_indices", rows, columns, options, [&](int64_t d) { return d >= offset; });
}

}  // namespace lemma
