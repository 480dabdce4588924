// Products under their own names: each is matmul with stricter shapes or an added term.
#include <algorithm>

#include "lemma/core/words.h"
#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/composition.h"
#include "ops/mixed.h"

namespace lemma {
namespace {

void has_rank(const char* op, const char* what, const Tensor& x, int rank) {
  check::defined(op, x);
  static constexpr const char* kKinds[] = {"", "a vector (N)", "a matrix (N, M)", "a batch of matrices (B, N, M)"};
  if (x.dim() != rank)
    throw ShapeError(op, fmt::format("{} must be {}, got {}", what, kKinds[rank], x.shape().str()), {x.shape()});
}

// Ranks and the dim that the product sums over.
void fit(const char* op, const Tensor& a, int rank_a, const Tensor& b, int rank_b) {
  has_rank(op, "lhs", a, rank_a);
  has_rank(op, "rhs", b, rank_b);
  check::numeric(op, a);
  check::numeric(op, b);
  if (!mixed::halves({&a, &b})) check::same_type(op, a, b);
  const int inner = rank_b == 3 ? 1 : 0;
  if (a.shape().back() != b.shape()[inner] || (rank_a == 3 && a.size(0) != b.size(0)))
    throw ShapeError(op,
                     fmt::format("{} x {}: {}lhs dim -1 must be rhs dim {}", a.shape().str(), b.shape().str(),
                                 rank_a == 3 ? "the batches must be equal, and " : "", inner),
                     {a.shape(), b.shape()});
}

/// beta x + alpha p. With beta = 0, x is ignored, even a NaN in it.
Tensor blend(const Tensor& x, const Tensor& p, double beta, double alpha) {
  const Tensor scaled = alpha == 1 ? p : p * alpha;
  if (beta == 0) return scaled;
  return (beta == 1 ? x : x * beta) + scaled;
}

// matmul of tensors of these ranks alone.
Tensor product(const char* op, const Tensor& a, int rank_a, const Tensor& b, int rank_b) {
  const Composition result(op);
  fit(op, a, rank_a, b, rank_b);
  return result(matmul(a, b));
}

}  // namespace

Tensor dot(const Tensor& a, const Tensor& b) { return product("dot", a, 1, b, 1); }
Tensor mv(const Tensor& a, const Tensor& b) { return product("mv", a, 2, b, 1); }
Tensor mm(const Tensor& a, const Tensor& b) { return product("mm", a, 2, b, 2); }
Tensor bmm(const Tensor& a, const Tensor& b) { return product("bmm", a, 3, b, 3); }

Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, double beta, double alpha) {
  const Composition result("addmm");
  if (mixed::halves({&x, &a, &b}))
    return result(addmm(mixed::halved(x), mixed::halved(a), mixed::halved(b), beta, alpha));
  check::numeric("addmm", x);
  fit("addmm", a, 2, b, 2);
  return result(blend(broadcast_to(x, {a.size(0), b.size(1)}), matmul(a, b), beta, alpha));
}
Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, double beta, double alpha) {
  const Composition result("baddbmm");
  if (mixed::halves({&x, &a, &b}))
    return result(baddbmm(mixed::halved(x), mixed::halved(a), mixed::halved(b), beta, alpha));
  check::numeric("baddbmm", x);
  fit("baddbmm", a, 3, b, 3);
  return result(blend(broadcast_to(x, {a.size(0), a.size(1), b.size(2)}), matmul(a, b), beta, alpha));
}

/// y[i][j] = a[i] b[j]
Tensor outer(const Tensor& a, const Tensor& b) {
  const Composition result("outer");
  has_rank("outer", "lhs", a, 1);
  has_rank("outer", "rhs", b, 1);
  return result(unsqueeze(a, 1) * b);
}

namespace {

// All dims of x but `dims`, then `dims` in their order (or these first).
Dims sorted_out(const Tensor& x, const std::vector<int>& dims, bool dims_first) {
  Dims order, rest;
  for (int i = 0; i < x.dim(); ++i)
    if (std::find(dims.begin(), dims.end(), i) == dims.end()) rest.push_back(i);
  for (int pass = 0; pass < 2; ++pass) {
    if ((pass == 0) == dims_first)
      for (const int d : dims) order.push_back(d);
    else
      for (const int64_t d : rest) order.push_back(d);
  }
  return order;
}

std::vector<int> distinct_dims(const Tensor& x, const Dims& dims) {
  normalize_dims("tensordot", dims, x.shape());  // in range, and none twice
  std::vector<int> result;
  for (const int64_t d : dims) result.push_back(normalize_dim("tensordot", d, x.shape()));
  return result;
}

}  // namespace

/// y = the sum over all pairs of dims: both become matrices, (M, K) x (K, N).
Tensor tensordot(const Tensor& lhs, const Tensor& rhs, const Dims& dims_lhs, const Dims& dims_rhs) {
  const Composition result("tensordot");
  check::numeric("tensordot", lhs);
  check::numeric("tensordot", rhs);
  if (dims_lhs.rank() != dims_rhs.rank())
    throw ShapeError("tensordot",
                     fmt::format("{} and {} pair different numbers of dims", dims_lhs.str(), dims_rhs.str()),
                     {lhs.shape(), rhs.shape()});
  Tensor a = lhs, b = rhs;
  const std::vector<int> da = distinct_dims(a, dims_lhs), db = distinct_dims(b, dims_rhs);
  int64_t inner = 1;
  for (size_t i = 0; i < da.size(); ++i) {
    const int64_t n = a.size(da[i]), m = b.size(db[i]);
    if (n != m && n != 1 && m != 1)
      throw ShapeError("tensordot",
                       fmt::format("dim {} of {} and dim {} of {} are summed over together, but differ", da[i],
                                   lhs.shape().str(), db[i], rhs.shape().str()),
                       {lhs.shape(), rhs.shape()});
    // A dim of size 1 is paired with every element of the other dim, which is therefore summed right away.
    if (m == 1 && n != 1) a = sum(a, da[i], true);
    if (n == 1 && m != 1) b = sum(b, db[i], true);
    inner *= n == 1 || m == 1 ? 1 : n;
  }
  const Dims order_a = sorted_out(a, da, false), order_b = sorted_out(b, db, true);
  Shape shape;
  int64_t rows = 1, columns = 1;
  for (size_t i = 0; i + da.size() < static_cast<size_t>(a.dim()); ++i) {
    shape.push_back(a.size(order_a[static_cast<int>(i)]));
    rows *= shape.back();
  }
  for (int i = static_cast<int>(db.size()); i < b.dim(); ++i) {
    shape.push_back(b.size(order_b[i]));
    columns *= shape.back();
  }
  return result(reshape(
      matmul(reshape(permute(a, order_a), {rows, inner}), reshape(permute(b, order_b), {inner, columns})), shape));
}
Tensor tensordot(const Tensor& a, const Tensor& b, int64_t dims) {
  const Composition result("tensordot");
  check::defined("tensordot", a);
  check::defined("tensordot", b);
  if (dims < 0 || dims > a.dim() || dims > b.dim())
    throw ShapeError(
        "tensordot",
        fmt::format("cannot sum over {} of {} and {}", words::plural(dims, "dim"), a.shape().str(), b.shape().str()),
        {a.shape(), b.shape()});
  Dims last, first;
  for (int64_t i = 0; i < dims; ++i) {
    last.push_back(a.dim() - dims + i);
    first.push_back(i);
  }
  return result(tensordot(a, b, last, first));
}

}  // namespace lemma
