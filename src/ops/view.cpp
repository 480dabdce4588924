// Views that move or stretch dims: no copy, and each one's gradient is another view or a sum.
#include <algorithm>

#include "core/sizes.h"
#include "kernels/kernels.h"
#include "lemma/core/words.h"
#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/view_strides.h"
#include "tape/record.h"

namespace lemma {
namespace {

// Replaces a -1 by what is left over, and checks that the element counts agree.
Shape resolve_shape(const char* op, const Shape& wanted, const Shape& have) {
  Shape shape = wanted;
  int unknown = -1;
  int64_t known = 1;
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape[i] == -1 && unknown < 0)
      unknown = i;
    else if (shape[i] < 0)
      throw ShapeError(op, fmt::format("{} is not a shape: only one dim may be -1, and none may be less", wanted.str()),
                       {have});
    else
      known = multiply_sizes(op, known, shape[i]);
  }
  const int64_t n = have.numel();
  if (unknown >= 0) {
    if (known == 0 || n % known != 0)
      throw ShapeError(op,
                       fmt::format("cannot view {} of {} as {}: {} is not divisible by {}", words::plural(n, "element"),
                                   have.str(), wanted.str(), n, known),
                       {have});
    shape[unknown] = n / known;
  } else if (known != n) {
    throw ShapeError(op,
                     fmt::format("cannot view {} of {} as {}, which has {}", words::plural(n, "element"), have.str(),
                                 wanted.str(), known),
                     {have});
  }
  if (n == 0) check_elements(op, shape);  // its product says nothing about its other dims
  return shape;
}

Tensor reshaped(const char* op, const Tensor& x, const Shape& wanted, bool may_copy) {
  check::defined(op, x);
  const Shape shape = resolve_shape(op, wanted, x.shape());
  if (shape == x.shape()) return x;
  const auto strides = strides_for_view(x.array(), shape);
  if (!strides) {
    if (may_copy) return reshaped(op, contiguous(x), shape, false);
    throw ShapeError(
        op,
        fmt::format("{} with strides {} cannot be viewed as {} without a copy; use reshape() or contiguous()",
                    x.shape().str(), x.strides().str(), shape.str()),
        {x.shape()});
  }
  return record(op, {x}, x.array().view(shape, *strides, x.array().offset()),
                [](const Tensor& g, const Node& node) { return reshape(g, node.input_shape(0)); });
}

}  // namespace

Tensor reshape(const Tensor& x, const Shape& shape) { return reshaped("reshape", x, shape, true); }
Tensor Tensor::view(const Shape& shape) const { return reshaped("view", *this, shape, false); }

Tensor squeeze(const Tensor& x, int64_t dim) {
  if (check::is_number("squeeze", x, dim)) return x;
  const int d = normalize_dim("squeeze", dim, x.shape());
  if (x.shape()[d] != 1) return x;
  Shape shape = x.shape();
  shape.erase(d);
  return reshaped("squeeze", x, shape, true);
}

Tensor squeeze(const Tensor& x) {
  check::defined("squeeze", x);
  Shape shape;
  for (int64_t n : x.shape())
    if (n != 1) shape.push_back(n);
  return reshaped("squeeze", x, shape, true);
}

Tensor unsqueeze(const Tensor& x, int64_t dim) {
  check::defined("unsqueeze", x);
  const int rank = x.dim() + 1;
  if (dim < -rank || dim >= rank)
    throw ShapeError("unsqueeze",
                     fmt::format("dim {} is out of range for {}; valid: {}..{}", dim, x.shape().str(), -rank, rank - 1),
                     {x.shape()});
  Shape shape = x.shape();
  shape.insert(static_cast<int>(dim < 0 ? dim + rank : dim), 1);
  return reshaped("unsqueeze", x, shape, true);
}

Tensor flatten(const Tensor& x, int64_t start_dim, int64_t end_dim) {
  check::defined("flatten", x);
  if (check::is_number("flatten", x, start_dim) && check::is_number("flatten", x, end_dim))
    return reshaped("flatten", x, {1}, true);
  const int start = normalize_dim("flatten", start_dim, x.shape()), end = normalize_dim("flatten", end_dim, x.shape());
  if (start > end)
    throw ShapeError("flatten", fmt::format("start dim {} comes after end dim {}", start_dim, end_dim), {x.shape()});
  Shape shape;
  int64_t joined = 1;
  for (int i = 0; i < x.dim(); ++i) {
    if (i < start || i > end)
      shape.push_back(x.shape()[i]);
    else
      joined = multiply_sizes("flatten", joined, x.shape()[i]);
    if (i == end) shape.push_back(joined);
  }
  return reshaped("flatten", x, shape, true);
}

/// y = x with its dims in another order.    dL/dx = g in the inverse order
Tensor permute(const Tensor& x, const Dims& dims) {
  check::defined("permute", x);
  if (dims.rank() != x.dim())
    throw ShapeError("permute",
                     fmt::format("{} names {}, but {} has {}", dims.str(), words::plural(dims.rank(), "dim"),
                                 x.shape().str(), x.dim()),
                     {x.shape()});
  Shape shape;
  Strides strides;
  Dims inverse = Dims::filled(x.dim(), 0);
  for (int i = 0; i < dims.rank(); ++i) {
    const int d = normalize_dim("permute", dims[i], x.shape());
    for (int j = 0; j < i; ++j)
      if (normalize_dim("permute", dims[j], x.shape()) == d)
        throw ShapeError("permute", fmt::format("dim {} is named twice in {}", d, dims.str()), {x.shape()});
    shape.push_back(x.shape()[d]);
    strides.push_back(x.strides()[d]);
    inverse[d] = i;
  }
  return record("permute", {x}, x.array().view(shape, strides, x.array().offset()),
                [inverse](const Tensor& g) { return permute(g, inverse); });
}

Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1) {
  if (check::is_number("transpose", x, dim0) && check::is_number("transpose", x, dim1)) return x;
  const int a = normalize_dim("transpose", dim0, x.shape()), b = normalize_dim("transpose", dim1, x.shape());
  if (a == b) return x;
  Shape shape = x.shape();
  Strides strides = x.strides();
  std::swap(shape[a], shape[b]);
  std::swap(strides[a], strides[b]);
  return record("transpose", {x}, x.array().view(shape, strides, x.array().offset()),
                [a, b](const Tensor& g) { return transpose(g, a, b); });
}

Tensor Tensor::t() const {
  if (dim() != 2)
    throw ShapeError("t", fmt::format("needs a matrix, got {}; use transpose(-2, -1)", shape().str()), {shape()});
  return lemma::transpose(*this, 0, 1);
}

/// y = x stretched with stride 0.    dL/dx = g summed over the stretched dims: the one place that undoes broadcasting
Tensor expand(const Tensor& x, const Shape& wanted) {
  check::defined("expand", x);
  Shape shape = wanted;
  const int shift = shape.rank() - x.dim();
  bool fits = shift >= 0;
  for (int i = 0; fits && i < shape.rank(); ++i) {
    const int64_t have = i >= shift ? x.shape()[i - shift] : 1;
    if (shape[i] == -1 && i >= shift) shape[i] = have;
    fits = shape[i] >= 0 && (have == shape[i] || have == 1);
  }
  if (!fits)
    throw ShapeError(
        "expand",
        fmt::format("{} cannot be expanded to {}: only dims of size 1 stretch", x.shape().str(), wanted.str()),
        {x.shape(), wanted});
  if (shape == x.shape()) return x;
  check_elements("expand", shape);
  return record("expand", {x}, x.array().expand(shape), [](const Tensor& g, const Node& node) {
    const Shape& from = node.input_shape(0);
    const int extra = g.dim() - from.rank();
    Dims stretched;
    for (int i = 0; i < g.dim(); ++i)
      if (i < extra || (from[i - extra] == 1 && g.shape()[i] != 1)) stretched.push_back(i);
    return reshape(stretched.empty() ? g : sum(g, stretched, true), from);
  });
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) { return x.shape() == shape ? x : expand(x, shape); }

}  // namespace lemma
