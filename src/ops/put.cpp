// Writing by index, as new tensors: compositions of scatter_add and where, differentiable on both sides.
#include "ops/put.h"

#include <algorithm>

#include "lemma/ops.h"
#include "ops/check.h"

namespace lemma {
namespace {

// zeros (n) with src added at 1-D places.
Tensor added_up(int64_t n, const Tensor& places, const Tensor& src) {
  return scatter_add(zeros({n}, {.dtype = src.dtype(), .device = src.device()}), 0, places, src);
}

// The places that any element goes to.
Tensor touched(int64_t n, const Tensor& places) {
  return ne(added_up(n, places, ones({places.numel()}, {.dtype = int64, .device = places.device()})), 0);
}

// True for the last of the elements that go to one place: once sorted by place, the one before the place changes.
Tensor last_of_equal(const Tensor& places) {
  const int64_t n = places.numel();
  const Tensor order = argsort(places, 0), sorted = index_select(places, 0, order);
  const Tensor changes = ne(narrow(sorted, 0, 1, n - 1), narrow(sorted, 0, 0, n - 1));
  const Tensor last = cat({changes, ones({1}, {.dtype = boolean, .device = places.device()})});
  return ne(added_up(n, order, cast(last, int64)), 0);
}

// For each element of the index, the number of the element of x that it points to.
Tensor numbers_at(const char* op, const Tensor& x, int64_t dim, const Tensor& index) {
  const int d = normalize_dim(op, dim, x.shape());
  check::index(op, x, d, index);
  return gather(reshape(arange(x.numel(), {.device = x.device()}), x.shape()), d, index);
}

}  // namespace

Tensor without_ones(Tensor values, int dims) {
  while (values.defined() && values.dim() > dims && values.size(0) == 1) values = squeeze(values, 0);
  return values;
}

Tensor put(const Tensor& x, const Tensor& places, const Tensor& values, bool distinct) {
  if (places.numel() == 0) return x;
  if (x.dtype() == DType::boolean)  // bools do not add up
    return cast(put(cast(x, int64), places, cast(values, int64), distinct), boolean);
  const Tensor flat = reshape(places, {-1});
  Tensor source = reshape(values, {-1});
  // A value that another one overwrites must not count, neither here nor in a gradient.
  if (!distinct) source = where(last_of_equal(flat), source, zeros({}, {.dtype = x.dtype(), .device = x.device()}));
  const Tensor placed = reshape(added_up(x.numel(), flat, source), x.shape());
  return where(reshape(touched(x.numel(), flat), x.shape()), placed, x);
}

/// y[index[i][j]][j] = src[i][j] for dim 0; of several for one element, the last counts.
Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  check::defined("scatter", x);
  check::defined("scatter", src);
  check::same_type("scatter", x, src);
  if (check::is_number("scatter", x, dim))
    return reshape(scatter(reshape(x, {1}), 0, flatten(index), flatten(src)), {});
  const Tensor places = numbers_at("scatter", x, dim, index);
  if (src.shape() != index.shape())
    throw ShapeError(
        "scatter", fmt::format("src {} and index {} must have the same shape", src.shape().str(), index.shape().str()),
        {src.shape(), index.shape()});
  return put(x, places, src, false);
}

Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, Number value) {
  if (check::is_number("scatter", x, dim)) return reshape(scatter(reshape(x, {1}), 0, flatten(index), value), {});
  const Tensor places = numbers_at("scatter", x, dim, index);
  return masked_fill(x, reshape(touched(x.numel(), reshape(places, {-1})), x.shape()), value);
}

/// y = x with alpha src[i] added to slice index[i] along dim.
Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src, Number alpha) {
  check::numeric("index_add", x);
  check::defined("index_add", src);
  check::same_type("index_add", x, src);
  check::integers("index_add", "the index", index);
  if (check::is_number("index_add", x, dim))
    return reshape(index_add(reshape(x, {1}), 0, flatten(index), flatten(src), alpha), {});
  const int d = normalize_dim("index_add", dim, x.shape());
  Shape wanted = x.shape(), column = Shape::filled(x.dim(), 1);
  column[d] = wanted[d] = index.numel();
  if (index.dim() != 1 || src.shape() != wanted)
    throw ShapeError(
        "index_add",
        fmt::format("index {} must have one dim, and src {} one slice of {} along dim {} for each number in it",
                    index.shape().str(), src.shape().str(), x.shape().str(), d),
        {x.shape(), index.shape(), src.shape()});
  check::in_range("index_add", "index", index, x.shape()[d]);
  return scatter_add(x, d, expand(reshape(index, column), wanted), alpha == 1 ? src : src * alpha);
}

/// The indices of all elements that are not 0, in row-major order: (n, dims). The host waits for them.
Tensor nonzero(const Tensor& x) {
  check::defined("nonzero", x);
  const Tensor hits =
      contiguous(lemma::to(x.dtype() == DType::boolean ? x.detach() : ne(x.detach(), 0), Device::cpu()));
  const bool* hit = hits.data<bool>();
  const int64_t n = hits.numel();
  std::vector<int64_t> places;
  for (int64_t i = 0; i < n; ++i) {
    if (!hit[i]) continue;
    const size_t row = places.size();
    places.resize(row + static_cast<size_t>(x.dim()));
    int64_t rest = i;
    for (int d = x.dim() - 1; d >= 0; --d) {
      places[row + static_cast<size_t>(d)] = rest % x.shape()[d];
      rest /= x.shape()[d];
    }
  }
  const int64_t count = std::count(hit, hit + n, true);
  return from_data(places.data(), {count, x.dim()}, {.dtype = int64, .device = x.device()});
}

/// The elements where the mask is true, in row-major order, as one dim; both broadcast. The host waits for their
/// number.
Tensor masked_select(const Tensor& x, const Tensor& mask) {
  check::defined("masked_select", x);
  check::boolean("masked_select", "the mask", mask);
  check::same_device("masked_select", "the input", x, "the mask", mask);
  const Shape shape = broadcast_shapes("masked_select", x.shape(), mask.shape());
  const Tensor places = nonzero(reshape(broadcast_to(mask, shape), {-1})).select(1, 0);
  return index_select(reshape(broadcast_to(x, shape), {-1}), 0, places);
}

}  // namespace lemma
