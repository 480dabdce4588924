// x[{...}]: numbers, slices, None and Ellipsis are views one after the other; index tensors then gather from the view.
#include "lemma/indexing.h"
#include "lemma/core/words.h"

#include <limits>

#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/put.h"
#include "tape/inplace.h"

namespace lemma {
namespace {

using Kind = TensorIndex::Kind;

// An index tensor and the dim of the view that it picks from.
struct Pick {
  int dim;
  Tensor index;
};
struct Selection {
  Tensor view;              // x after all views
  std::vector<Pick> picks;  // by rising dim
  bool masks_only = true;   // then no element is picked twice
};

bool is_mask(const Tensor& index) { return index.dtype() == DType::boolean; }

int dims_of(const TensorIndex& index) {
  if (index.kind() == Kind::none || index.kind() == Kind::ellipsis) return 0;
  return index.kind() == Kind::tensor && is_mask(index.tensor()) ? index.tensor().dim() : 1;
}

// How many dims Ellipsis stands for. Checks kinds and counts.
int left_over(const char* op, const Tensor& x, const std::vector<TensorIndex>& indices) {
  int used = 0, ellipses = 0;
  for (const TensorIndex& index : indices) {
    if (index.kind() == Kind::tensor) {
      const Tensor& t = index.tensor();
      check::defined(op, t);
      if (t.dtype() != DType::int64 && !is_mask(t))
        throw DTypeError(op, fmt::format("an index tensor must be int64 or bool, got {}", check::kind(t)), {t.dtype()});
      check::same_device(op, "the input", x, is_mask(t) ? "the mask" : "the index", t);
      if (is_mask(t) && t.dim() == 0) throw ShapeError(op, "a mask of shape () has no dims to pick from", {x.shape()});
    }
    used += dims_of(index);
    ellipses += index.kind() == Kind::ellipsis;
  }
  if (ellipses > 1)
    throw ShapeError(op, fmt::format("Ellipsis appears {} times among the indices; at most one is allowed", ellipses),
                     {x.shape()});
  if (used > x.dim())
    throw ShapeError(
        op,
        fmt::format("the indices pick from {}, but {} has {}", words::plural(used, "dim"), x.shape().str(), x.dim()),
        {x.shape()});
  return x.dim() - used;
}

void pick_by_mask(const char* op, Selection& s, int dim, const Tensor& mask) {
  for (int i = 0; i < mask.dim(); ++i)
    if (mask.shape()[i] != s.view.shape()[dim + i])
      throw ShapeError(op,
                       fmt::format("the mask of shape {} does not fit dims {} to {} of {}", mask.shape().str(), dim,
                                   dim + mask.dim() - 1, s.view.shape().str()),
                       {s.view.shape(), mask.shape()});
  const Tensor places = nonzero(mask);  // (n, dims of the mask)
  for (int i = 0; i < mask.dim(); ++i) s.picks.push_back({dim + i, places.select(1, i)});
}

Selection selection(const char* op, const Tensor& x, const std::vector<TensorIndex>& indices) {
  check::defined(op, x);
  const int whole_dims = left_over(op, x, indices);
  Selection s{x, {}};
  int dim = 0;  // of the view, that the next index picks from
  for (const TensorIndex& index : indices) switch (index.kind()) {
      case Kind::number:
        s.view = lemma::select(s.view, dim, index.number());
        break;
      case Kind::slice: {
        const Slice& part = index.slice();
        if (part.start || part.stop || part.step != 1)
          s.view = slice(s.view, dim, part.start.value_or(0), part.stop.value_or(std::numeric_limits<int64_t>::max()),
                         part.step);
        ++dim;
        break;
      }
      case Kind::none:
        s.view = unsqueeze(s.view, dim++);
        break;
      case Kind::ellipsis:
        dim += whole_dims;
        break;
      case Kind::tensor:
        if (is_mask(index.tensor())) {
          pick_by_mask(op, s, dim, index.tensor());
        } else {
          s.picks.push_back({dim, index.tensor()});
          s.masks_only = false;
        }
        dim += dims_of(index);
        break;
    }
  return s;
}

// Positions from 0, where they counted from the end.
Tensor from_start(const char* op, const Tensor& index, const Tensor& view, int dim) {
  const int64_t size = view.shape()[dim];
  const Tensor shifted = index + size;
  const int64_t bad = kernels::find_out_of_range(shifted.array(), 2 * size);
  if (bad >= 0) {
    const int64_t value = reshape(index, {-1}).select(0, bad).item<int64_t>();
    throw IndexError(op,
                     fmt::format("index {} is out of range for dim {} of {}, which has size {}", value, dim,
                                 view.shape().str(), size),
                     value, size);
  }
  return where(lt(index, 0), shifted, index);
}

// The picked dims become one in front, and its rows are read. The index tensors' shape goes where the first of them
// stood if their dims are neighbours, else to the front: PyTorch's rule.
Tensor gather_picks(const char* op, const Selection& s) {
  const int picked = static_cast<int>(s.picks.size()), rest = s.view.dim() - picked;
  Shape broadcast;
  bool neighbours = true;
  for (const Pick& pick : s.picks) {
    broadcast = broadcast_shapes(op, broadcast, pick.index.shape());
    neighbours = neighbours && pick.dim == s.picks[0].dim + static_cast<int>(&pick - s.picks.data());
  }
  Dims order, others;
  int64_t rows = 1;
  Tensor row = zeros({}, {.dtype = int64, .device = s.view.device()});
  for (const Pick& pick : s.picks) {
    const int64_t size = s.view.shape()[pick.dim];
    row = row * size + from_start(op, pick.index, s.view, pick.dim);
    rows *= size;
    order.push_back(pick.dim);
  }
  Shape table{rows}, shape = broadcast;
  for (int d = 0; d < s.view.dim(); ++d) {
    if (order.contains(d)) continue;
    others.push_back(d);
    table.push_back(s.view.shape()[d]);
    shape.push_back(s.view.shape()[d]);
  }
  for (int64_t d : others) order.push_back(d);
  const Tensor flat = reshape(broadcast_to(row, broadcast), {-1});
  const Tensor found = reshape(index_select(reshape(permute(s.view, order), table), 0, flat), shape);
  if (!neighbours || s.picks[0].dim == 0) return found;

  Dims back;  // the dims before the first pick, then the index tensors', then the rest
  const int width = broadcast.rank(), before = s.picks[0].dim;
  for (int d = 0; d < before; ++d) back.push_back(width + d);
  for (int d = 0; d < width; ++d) back.push_back(d);
  for (int d = before; d < rest; ++d) back.push_back(width + d);
  return permute(found, back);
}

Tensor picked(const char* op, const Selection& s) { return s.picks.empty() ? s.view : gather_picks(op, s); }

void check_values(const char* op, const Tensor& x, const Tensor& values, const Shape& part) {
  check::defined(op, values);
  check::same_type(op, x, values);
  if (broadcast_shapes(op, part, values.shape()) != part)
    throw ShapeError(op,
                     fmt::format("values of shape {} do not broadcast into the part, whose shape is {}",
                                 values.shape().str(), part.str()),
                     {part, values.shape()});
}

}  // namespace

Tensor Tensor::index(const std::vector<TensorIndex>& indices) const {
  return picked("index", selection("index", *this, indices));
}

/// y = x with values where the indices point.    dL/dx = g elsewhere,  dL/dvalues = g there
Tensor index_put(const Tensor& x, const std::vector<TensorIndex>& indices, const Tensor& values, bool accumulate) {
  check::defined("index_put", x);
  // The same indices into the numbers of x's elements tell where the values go.
  const Tensor numbers = reshape(arange(x.numel(), {.device = x.device()}), x.shape());
  const Selection s = selection("index_put", numbers, indices);
  const Tensor places = picked("index_put", s);
  check_values("index_put", x, values, places.shape());
  const Tensor sources = broadcast_to(values, places.shape());
  if (!accumulate) return put(x, places, sources, s.masks_only);
  return reshape(scatter_add(reshape(x, {-1}), 0, reshape(places, {-1}), reshape(sources, {-1})), x.shape());
}

Tensor& Tensor::index_put_(const std::vector<TensorIndex>& indices, const Tensor& values, bool accumulate) {
  check::defined("index_put_", *this);
  bool views = true;
  for (const TensorIndex& index : indices) views = views && index.kind() != Kind::tensor;
  if (!views) return inplace::overwrite("index_put_", *this, lemma::index_put(*this, indices, values, accumulate));
  Tensor part = selection("index_put_", *this, indices).view;
  const Tensor source = without_ones(values, part.dim());
  if (accumulate)
    part.add_(source);
  else
    part.copy_(source);
  return *this;
}

}  // namespace lemma
