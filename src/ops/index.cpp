// Reading and adding by index. gather <-> scatter_add.
#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/composition.h"
#include "ops/gathered.h"
#include "ops/mixed.h"
#include "tape/record.h"

namespace lemma {

void check::in_range(const char* op, const char* what, const Tensor& index, int64_t size) {
  const int64_t flat = kernels::find_out_of_range(index.array(), size);
  if (flat < 0) return;
  Shape position;  // of the culprit, from its row-major number
  int64_t rest = flat;
  for (int i = index.dim() - 1; i >= 0; --i) {
    position.insert(0, rest % index.shape()[i]);
    rest /= index.shape()[i];
  }
  const int64_t bad = reshape(index.detach(), {-1}).select(0, flat).to_vector<int64_t>()[0];
  throw IndexError(op, fmt::format("{} {} at position {} is outside [0, {})", what, bad, position.str(), size), bad,
                   size);
}

void check::index(const char* op, const Tensor& x, int dim, const Tensor& index) {
  check::integers(op, "the index", index);
  bool fits = index.dim() == x.dim();
  for (int i = 0; fits && i < x.dim(); ++i) fits = i == dim || index.shape()[i] <= x.shape()[i];
  if (!fits)
    throw ShapeError(
        op,
        fmt::format("index {} does not fit {}: ranks must be equal, and sizes no larger except along dim {}",
                    index.shape().str(), x.shape().str(), dim),
        {x.shape(), index.shape()});
  check::same_device(op, "the input", x, "the index", index);
  check::in_range(op, "index", index, x.shape()[dim]);
}

namespace {

// zeros(shape) with src added at the indexed places: the adjoint of gather, and gather is its.
Tensor scattered(const Shape& shape, int dim, const Tensor& index, const Tensor& src) {
  return record(
      "scatter_add", {src, index}, kernels::scatter_add(shape, dim, index.array(), src.array()),
      [dim](const Tensor& g, In<1> at) { return gather(g, dim, at); }, no_gradient);
}

}  // namespace

Tensor gathered(const Tensor& x, int dim, const Tensor& index) {
  return record(
      "gather", {x, index}, kernels::gather(x.array(), dim, index.array()),
      [dim](const Tensor& g, In<1> at, const Node& node) { return scattered(node.input_shape(0), dim, at, g); },
      no_gradient);
}

/// y = x at index along dim.    dL/dx = g added back at index
Tensor gather(const Tensor& x, int64_t dim, const Tensor& index) {
  if (check::is_number("gather", x, dim)) return reshape(gather(reshape(x, {1}), 0, flatten(index)), index.shape());
  const int d = normalize_dim("gather", dim, x.shape());
  check::index("gather", x, d, index);
  return gathered(x, d, index);
}

/// y = base with src added at index along dim.    dL/dbase = g,  dL/dsrc = g at index
Tensor scatter_add(const Tensor& base, int64_t dim, const Tensor& index, const Tensor& src) {
  const Composition result("scatter_add");
  check::numeric("scatter_add", base);
  check::defined("scatter_add", src);
  if (mixed::promotes(base, src)) {
    const DType dtype = mixed::widest(base, src);
    return scatter_add(cast(base, dtype), dim, index, cast(src, dtype));
  }
  check::same_type("scatter_add", base, src);
  if (check::is_number("scatter_add", base, dim))
    return result(reshape(scatter_add(reshape(base, {1}), 0, flatten(index), flatten(src)), {}));
  const int d = normalize_dim("scatter_add", dim, base.shape());
  check::index("scatter_add", base, d, index);
  if (src.shape() != index.shape())
    throw ShapeError(
        "scatter_add",
        fmt::format("src {} and index {} must have the same shape", src.shape().str(), index.shape().str()),
        {src.shape(), index.shape()});
  return result(base + scattered(base.shape(), d, index, src));
}

Tensor index_select(const Tensor& x, int64_t dim, const Tensor& index) {
  const Composition result("index_select");
  check::defined("index_select", x);
  check::integers("index_select", "the index", index);
  if (index.dim() > 1)
    throw ShapeError("index_select", fmt::format("the index must have one dim, got {}", index.shape().str()),
                     {index.shape()});
  if (check::is_number("index_select", x, dim)) {
    if (index.numel() != 1)
      throw ShapeError("index_select", fmt::format("a number has one element; got an index {}", index.shape().str()),
                       {x.shape(), index.shape()});
    return result(reshape(gather(x, 0, index), {}));
  }
  const int d = normalize_dim("index_select", dim, x.shape());
  check::same_device("index_select", "the input", x, "the index", index);
  check::in_range("index_select", "index", index, x.shape()[d]);
  Shape column = Shape::filled(x.dim(), 1), shape = x.shape();
  column[d] = shape[d] = index.numel();
  return result(gathered(x, d, expand(reshape(index, column), shape)));
}

Tensor take_along_dim(const Tensor& x, const Tensor& index, int64_t dim) {
  const Composition result("take_along_dim");
  check::defined("take_along_dim", x);
  check::integers("take_along_dim", "the index", index);
  if (check::is_number("take_along_dim", x, dim)) return result(gather(x, dim, index));
  const int d = normalize_dim("take_along_dim", dim, x.shape());
  if (index.dim() != x.dim())
    throw ShapeError("take_along_dim",
                     fmt::format("index {} and {} must have equal ranks", index.shape().str(), x.shape().str()),
                     {x.shape(), index.shape()});
  check::same_device("take_along_dim", "the input", x, "the index", index);
  Shape index_rest = index.shape(), x_rest = x.shape();
  index_rest[d] = x_rest[d] = 1;
  Shape rest = broadcast_shapes("take_along_dim", index_rest, x_rest);
  Shape index_shape = rest, x_shape = rest;
  index_shape[d] = index.shape()[d];
  x_shape[d] = x.shape()[d];
  return result(gather(broadcast_to(x, x_shape), d, broadcast_to(index, index_shape)));
}

/// Rows of weight by id: gather along dim 0 with the ids expanded over the row.
Tensor embedding(const Tensor& weight, const Tensor& ids, int64_t padding_idx) {
  const Composition result("embedding");
  check::defined("embedding", weight);
  check::integers("embedding", "ids", ids);
  if (weight.dim() != 2)
    throw ShapeError("embedding", fmt::format("the weight must be a matrix (V, D), got {}", weight.shape().str()),
                     {weight.shape()});
  check::same_device("embedding", "the weight", weight, "ids", ids);
  check::in_range("embedding", "id", ids, weight.size(0));
  const int64_t n = ids.numel(), width = weight.size(1);
  const Tensor flat = reshape(ids, {n, 1});
  Tensor rows = gathered(weight, 0, expand(flat, {n, width}));
  // A padding row is read but never learns: its gradient is cut by a mask.
  if (padding_idx >= 0 && rows.requires_grad()) {
    const Tensor padding = eq(flat, padding_idx);
    rows = where(padding, rows.detach(), rows);
  }
  Shape shape = ids.shape();
  shape.push_back(width);
  return result(reshape(rows, shape));
}

Tensor one_hot(const Tensor& ids, int64_t num_classes) {
  check::integers("one_hot", "ids", ids);
  if (num_classes == -1) {
    if (ids.numel() == 0)
      throw ShapeError("one_hot", "no ids to count classes by; say how many there are", {ids.shape()});
    return one_hot(ids, add_sizes("one_hot", std::max<int64_t>(0, max(ids).item<int64_t>()), 1));
  }
  check::in_range("one_hot", "id", ids, num_classes);
  return eq(unsqueeze(ids, -1), arange(num_classes, {.device = ids.device()})).to(int64);
}

namespace {
// The indices that sort x along dim; bools sort as 0 and 1.
Tensor order_of(const Tensor& x, int dim, bool descending) {
  return Tensor(kernels::argsort(x.dtype() == DType::boolean ? x.to(int64).array() : x.array(), dim, descending));
}
}  // namespace

Tensor argsort(const Tensor& x, int64_t dim, bool descending) {
  if (check::is_number("argsort", x, dim)) return zeros({}, {.dtype = int64, .device = x.device()});
  return order_of(x, normalize_dim("argsort", dim, x.shape()), descending);
}

std::pair<Tensor, Tensor> sort(const Tensor& x, int64_t dim, bool descending) {
  const Composition result("sort");
  if (check::is_number("sort", x, dim)) return {x, zeros({}, {.dtype = int64, .device = x.device()})};
  const int d = normalize_dim("sort", dim, x.shape());
  const Tensor order = order_of(x, d, descending);
  return result({gathered(x, d, order), order});
}

std::pair<Tensor, Tensor> topk(const Tensor& x, int64_t k, int64_t dim, bool largest) {
  const Composition result("topk");
  check::numeric("topk", x);
  if (check::is_number("topk", x, dim) && (k == 0 || k == 1)) {
    const auto [values, index] = topk(reshape(x, {1}), k, 0, largest);
    return k == 1 ? TensorPair{squeeze(values), squeeze(index)} : TensorPair{values, index};
  }
  const int d = normalize_dim("topk", dim, x.shape());
  if (k < 0 || k > x.shape()[d])
    throw ShapeError(
        "topk", fmt::format("k = {} is outside 0..{}, the size of dim {} of {}", k, x.shape()[d], d, x.shape().str()),
        {x.shape()});
  const Tensor order = narrow(Tensor(kernels::argsort(x.array(), d, largest)), d, 0, k).contiguous();
  return result({gathered(x, d, order), order});
}

}  // namespace lemma
