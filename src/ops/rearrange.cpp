// Moving, turning and repeating: compositions of views and cat.
#include <algorithm>

#include "lemma/core/words.h"
#include "lemma/ops.h"
#include "ops/check.h"

namespace lemma {

Tensor expand_as(const Tensor& x, const Tensor& other) {
  check::defined("expand_as", other);
  return expand(x, other.shape());
}
Tensor view_as(const Tensor& x, const Tensor& other) {
  check::defined("view_as", x);
  check::defined("view_as", other);
  return x.view(other.shape());
}
Tensor reshape_as(const Tensor& x, const Tensor& other) {
  check::defined("reshape_as", other);
  return reshape(x, other.shape());
}

Tensor swapaxes(const Tensor& x, int64_t axis0, int64_t axis1) { return transpose(x, axis0, axis1); }
Tensor swapdims(const Tensor& x, int64_t dim0, int64_t dim1) { return transpose(x, dim0, dim1); }

/// The dims named in `source` move to the positions in `destination`; the others fill what is left, in their order.
Tensor movedim(const Tensor& x, const Dims& source, const Dims& destination) {
  check::defined("movedim", x);
  if (source.rank() != destination.rank())
    throw ShapeError("movedim",
                     fmt::format("{} and {} name different numbers of dims", source.str(), destination.str()),
                     {x.shape()});
  if (source.empty()) return x;
  normalize_dims("movedim", source, x.shape());  // in range and none twice
  normalize_dims("movedim", destination, x.shape());
  Dims order = Dims::filled(x.dim(), -1);
  std::vector<bool> moved(static_cast<size_t>(x.dim()), false);
  for (int i = 0; i < source.rank(); ++i) {
    const int from = normalize_dim("movedim", source[i], x.shape());
    order[normalize_dim("movedim", destination[i], x.shape())] = from;
    moved[static_cast<size_t>(from)] = true;
  }
  int next = 0;
  for (int i = 0; i < x.dim(); ++i) {
    if (order[i] >= 0) continue;
    while (moved[static_cast<size_t>(next)]) ++next;
    order[i] = next++;
  }
  return permute(x, order);
}

/// One dim at a time: its end is put before its beginning.
Tensor roll(const Tensor& x, const std::vector<int64_t>& shifts, const Dims& dims) {
  check::defined("roll", x);
  if (static_cast<int>(shifts.size()) != dims.rank())
    throw ShapeError("roll",
                     fmt::format("{} for {}", words::plural(static_cast<int64_t>(shifts.size()), "shift"),
                                 words::plural(dims.rank(), "dim")),
                     {x.shape()});
  Tensor y = x;
  for (int i = 0; i < dims.rank(); ++i) {
    const int d = normalize_dim("roll", dims[i], x.shape());
    const int64_t n = x.shape()[d];
    if (n == 0) continue;
    const int64_t end = (shifts[static_cast<size_t>(i)] % n + n) % n;  // how many come to the front
    if (end > 0) y = cat({narrow(y, d, n - end, end), narrow(y, d, 0, n - end)}, d);
  }
  return y.is_same(x) ? clone(x) : y;
}
Tensor roll(const Tensor& x, int64_t shift, std::optional<int64_t> dim) {
  check::defined("roll", x);
  if (dim && !check::is_number("roll", x, *dim)) return roll(x, std::vector<int64_t>{shift}, Dims(*dim));
  return reshape(roll(flatten(x), std::vector<int64_t>{shift}, Dims(0)), x.shape());
}

/// k quarter turns from the first of `dims` towards the second.
Tensor rot90(const Tensor& x, int64_t k, const Dims& dims) {
  check::defined("rot90", x);
  if (dims.rank() != 2)
    throw ShapeError("rot90", fmt::format("turns in a plane of two dims, got {}", dims.str()), {x.shape()});
  normalize_dims("rot90", dims, x.shape());  // in range and not the same
  switch ((k % 4 + 4) % 4) {
    case 1:
      return transpose(flip(x, dims[1]), dims[0], dims[1]);
    case 2:
      return flip(x, dims);
    case 3:
      return transpose(flip(x, dims[0]), dims[0], dims[1]);
    default:
      return clone(x);
  }
}

Tensor tile(const Tensor& x, const Shape& times) {
  check::defined("tile", x);
  for (int64_t n : times)
    if (n < 0)
      throw ShapeError("tile", fmt::format("counts cannot be negative, got {}", times.str()), {x.shape(), times});
  Shape all = times;
  while (all.rank() < x.dim()) all.insert(0, 1);
  return repeat(x, all);
}

Tensor repeat_interleave(const Tensor& x, int64_t repeats, std::optional<int64_t> dim) {
  check::defined("repeat_interleave", x);
  if (repeats < 0) throw ValueError("repeat_interleave", fmt::format("repeats cannot be negative, got {}", repeats));
  if (!dim || check::is_number("repeat_interleave", x, *dim)) return repeat_interleave(flatten(x), repeats, 0);
  const int d = normalize_dim("repeat_interleave", *dim, x.shape());
  Tensor index = expand(unsqueeze(arange(x.shape()[d], {.device = x.device()}), 1), {x.shape()[d], repeats});
  return index_select(x, d, reshape(index, {-1}));
}
/// The counts are read on the CPU, since the result's size depends on them.
Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, std::optional<int64_t> dim) {
  check::defined("repeat_interleave", x);
  check::integers("repeat_interleave", "repeats", repeats);
  check::same_device("repeat_interleave", "the input", x, "repeats", repeats);
  if (!dim || check::is_number("repeat_interleave", x, *dim)) return repeat_interleave(flatten(x), repeats, 0);
  const int d = normalize_dim("repeat_interleave", *dim, x.shape());
  const std::vector<int64_t> counts = repeats.to_vector<int64_t>();
  const int64_t n = x.shape()[d];
  const bool one_for_all = repeats.numel() == 1 && repeats.dim() <= 1;
  if (!one_for_all && (repeats.dim() != 1 || repeats.numel() != n))
    throw ShapeError("repeat_interleave",
                     fmt::format("repeats {} must be one count, or one for each of the {} elements of dim {} of {}",
                                 repeats.shape().str(), n, d, x.shape().str()),
                     {x.shape(), repeats.shape()});
  const auto count = [&](int64_t i) { return counts[one_for_all ? 0 : static_cast<size_t>(i)]; };
  int64_t total = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (count(i) < 0)
      throw ValueError("repeat_interleave",
                       fmt::format("repeats cannot be negative, got {} at position {}", count(i), i));
    total = add_sizes("repeat_interleave", total, count(i));
  }
  Tensor index = empty({total}, {.dtype = int64, .device = Device::cpu()});
  int64_t* at = index.mutable_data<int64_t>();
  for (int64_t i = 0; i < n; ++i) at = std::fill_n(at, count(i), i);
  return index_select(x, d, lemma::to(index, x.device()));
}

std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors, const std::string& indexing) {
  if (indexing != "ij" && indexing != "xy")
    throw ValueError("meshgrid", fmt::format("indexing '{}' is neither 'ij' nor 'xy'", indexing));
  if (tensors.empty()) throw ShapeError("meshgrid", "needs at least one tensor");
  Shape shape;
  for (const Tensor& t : tensors) {
    check::defined("meshgrid", t);
    if (t.dim() > 1)
      throw ShapeError("meshgrid", fmt::format("takes vectors and numbers, got {}", t.shape().str()), {t.shape()});
    check::same_type("meshgrid", tensors[0], t);
    shape.push_back(t.numel());
  }
  const bool xy = indexing == "xy" && tensors.size() > 1;
  std::vector<Tensor> grids;
  for (size_t i = 0; i < tensors.size(); ++i) {
    Shape own = Shape::filled(shape.rank(), 1);
    own[static_cast<int>(i)] = tensors[i].numel();
    const Tensor grid = expand(reshape(tensors[i], own), shape);
    grids.push_back(xy ? transpose(grid, 0, 1) : grid);
  }
  return grids;
}

}  // namespace lemma
