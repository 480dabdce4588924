// Copies: contiguous, clone, casts, devices, joining and repeating.
#include <algorithm>
#include <iterator>

#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/composition.h"
#include "ops/mixed.h"
#include "tape/record.h"

namespace lemma {
namespace {

Array copied(const Array& a, DType dtype, Device device) {
  Array out(a.shape(), dtype, device);
  kernels::copy(out, a);
  return out;
}

}  // namespace

Tensor contiguous(const Tensor& x) {
  check::defined("contiguous", x);
  if (x.is_contiguous()) return x;
  return record("contiguous", {x}, copied(x.array(), x.dtype(), x.device()), [](const Tensor& g) { return g; });
}

Tensor clone(const Tensor& x) {
  check::defined("clone", x);
  return record("clone", {x}, copied(x.array(), x.dtype(), x.device()), [](const Tensor& g) { return g; });
}

/// y = x in another dtype.    dL/dx = g cast back; none from an integer or bool result
Tensor cast(const Tensor& x, DType dtype) {
  check::defined("cast", x);
  if (x.dtype() == dtype) return x;
  const Array y = copied(x.array(), dtype, x.device());
  if (!is_floating(dtype)) return Tensor(y);
  return record("cast", {x}, y, [](const Tensor& g, const Node& node) { return cast(g, node.input_dtype(0)); });
}

Tensor Tensor::to(DType dtype) const { return cast(*this, dtype); }

/// y = x on another device.    dL/dx = g moved back
Tensor to(const Tensor& x, Device device) {
  check::defined("to", x);
  if (x.device() == device) return x;
  return record("to", {x}, copied(x.array(), x.dtype(), device),
                [](const Tensor& g, const Node& node) { return to(g, node.input_device(0)); });
}

/// y = the tensors one after another along dim.    dL/dx_i = the i-th part of g
Tensor cat(const std::vector<Tensor>& tensors, int64_t dim) {
  if (tensors.empty()) throw ShapeError("cat", "needs at least one tensor");
  for (const Tensor& t : tensors) check::defined("cat", t);
  for (const Tensor& t : tensors)
    if (mixed::promotes(tensors[0], t)) {
      std::vector<Tensor> same;
      for (const Tensor& x : tensors) same.push_back(cast(x, mixed::widest(tensors[0], t)));
      return cat(same, dim);
    }
  // As in PyTorch, vectors without elements are left out, whatever the rank of the others.
  const auto nothing = [](const Tensor& t) { return t.shape() == Shape{0}; };
  const auto first = std::find_if_not(tensors.begin(), tensors.end(), nothing);
  if (first != tensors.end() && first->dim() != 1 && std::any_of(tensors.begin(), tensors.end(), nothing)) {
    std::vector<Tensor> rest;
    std::copy_if(tensors.begin(), tensors.end(), std::back_inserter(rest),
                 [&](const Tensor& t) { return !nothing(t); });
    return cat(rest, dim);
  }
  const int d = normalize_dim("cat", dim, tensors[0].shape());
  Shape shape = tensors[0].shape();
  for (size_t i = 1; i < tensors.size(); ++i) {
    const Tensor& t = tensors[i];
    check::same_type("cat", tensors[0], t);
    Shape rest = t.shape();
    if (rest.rank() == shape.rank()) rest[d] = shape[d];
    if (rest != shape)
      throw ShapeError(
          "cat",
          fmt::format("tensor {} of shape {} does not fit tensor 0 of shape {}: all dims but dim {} must be equal", i,
                      t.shape().str(), tensors[0].shape().str(), d),
          {tensors[0].shape(), t.shape()});
    shape[d] = add_sizes("cat", shape[d], t.shape()[d]);
  }
  const Array whole(shape, tensors[0].dtype(), tensors[0].device());
  int64_t at = 0;
  std::vector<TensorRef> inputs;
  for (const Tensor& t : tensors) {
    const int64_t offset = at * whole.strides()[d];
    if (t.numel() > 0) kernels::copy(whole.view(t.shape(), whole.strides(), offset), t.array());
    at += t.shape()[d];
    inputs.emplace_back(t);
  }
  return record("cat", std::span<const TensorRef>(inputs), whole, [d](const Tensor& g, const Node& node) -> Grads {
    Grads grads;
    int64_t start = 0;
    for (size_t i = 0; i < node.num_inputs(); ++i) {
      const int64_t length = node.input_shape(i)[d];
      grads.push_back(node.needs(i) ? narrow(g, d, start, length) : Tensor());
      start += length;
    }
    return grads;
  });
}

Tensor stack(const std::vector<Tensor>& tensors, int64_t dim) {
  const Composition result("stack");
  if (tensors.empty()) throw ShapeError("stack", "needs at least one tensor");
  std::vector<Tensor> rows;
  for (const Tensor& t : tensors) {
    check::defined("stack", t);
    if (t.shape() != tensors[0].shape())
      throw ShapeError(
          "stack", fmt::format("all shapes must be equal, got {} and {}", tensors[0].shape().str(), t.shape().str()),
          {tensors[0].shape(), t.shape()});
    rows.push_back(unsqueeze(t, dim));
  }
  return result(cat(rows, dim < 0 ? dim + tensors[0].dim() + 1 : dim));
}

namespace {
// The gradients of all outputs, zeros for those that nobody used.
std::vector<Tensor> all_of(const Grads& g, const Node& node) {
  std::vector<Tensor> all;
  for (size_t i = 0; i < g.size(); ++i)
    all.push_back(g[i].defined()
                      ? g[i]
                      : zeros(node.output_shape(i), {.dtype = node.output_dtype(i), .device = node.output_device(i)}));
  return all;
}

// Views that together are x, one after another along d.
std::vector<Tensor> parts_of(const Tensor& x, const std::vector<Array>& parts, int d) {
  return record("split", {x}, parts, [d](const Grads& g, const Node& node) { return cat(all_of(g, node), d); });
}
}  // namespace

/// Views of so many elements of dim each.    dL/dx = the gradients of the parts, one after another
std::vector<Tensor> split(const Tensor& x, const std::vector<int64_t>& sizes, int64_t dim) {
  check::defined("split", x);
  const int d = normalize_dim("split", dim, x.shape());
  int64_t total = 0;
  for (const int64_t size : sizes) total = size < 0 ? -1 : total < 0 ? total : add_sizes("split", total, size);
  if (total != x.shape()[d])
    throw ShapeError("split",
                     fmt::format("the sizes must add up to {}, dim {} of {}, and none may be negative", x.shape()[d], d,
                                 x.shape().str()),
                     {x.shape()});
  if (sizes.empty()) return {};
  std::vector<Array> parts;
  int64_t start = 0;
  for (const int64_t size : sizes) {
    Shape shape = x.shape();
    shape[d] = size;
    const int64_t skipped = size == 0 ? 0 : start * x.strides()[d];  // what is empty begins nowhere
    parts.push_back(x.array().view(shape, x.strides(), x.array().offset() + skipped));
    start += size;
  }
  return parts_of(x, parts, d);
}

/// Views of `size` elements of dim each.    dL/dx = the gradients of the parts, one after another
std::vector<Tensor> split(const Tensor& x, int64_t size, int64_t dim) {
  check::defined("split", x);
  const int d = normalize_dim("split", dim, x.shape());
  if (size < 1) throw ShapeError("split", fmt::format("parts must have at least size 1, got {}", size), {x.shape()});
  std::vector<Array> parts;
  int64_t start = 0;
  do {  // at least one part, even an empty one
    Shape shape = x.shape();
    shape[d] = std::min(size, x.shape()[d] - start);
    parts.push_back(x.array().view(shape, x.strides(), x.array().offset() + start * x.strides()[d]));
    start += size;
  } while (start < x.shape()[d]);
  return parts_of(x, parts, d);
}

/// Views of x at each index of dim.    dL/dx = the gradients of the parts, stacked
std::vector<Tensor> unbind(const Tensor& x, int64_t dim) {
  check::defined("unbind", x);
  const int d = normalize_dim("unbind", dim, x.shape());
  std::vector<Array> parts;
  for (int64_t i = 0; i < x.shape()[d]; ++i) parts.push_back(x.array().select(d, i));
  if (parts.empty()) return {};
  return record("unbind", {x}, parts, [d](const Grads& g, const Node& node) { return stack(all_of(g, node), d); });
}

std::vector<Tensor> chunk(const Tensor& x, int64_t chunks, int64_t dim) {
  check::defined("chunk", x);
  const int d = normalize_dim("chunk", dim, x.shape());
  if (chunks < 1) throw ShapeError("chunk", fmt::format("needs at least one chunk, got {}", chunks), {x.shape()});
  const int64_t n = x.shape()[d], size = n / chunks + (n % chunks > 0 ? 1 : 0);
  return split(x, std::max<int64_t>(1, size), d);
}

/// x `times` over in each dim: an expand of new dims of size 1, then a reshape.
Tensor repeat(const Tensor& x, const Shape& times) {
  const Composition named("repeat");
  check::defined("repeat", x);
  if (times.rank() < x.dim())
    throw ShapeError("repeat", fmt::format("{} gives fewer counts than {} has dims", times.str(), x.shape().str()),
                     {x.shape(), times});
  const int shift = times.rank() - x.dim();
  Tensor result = x;
  for (int i = 0; i < shift; ++i) result = unsqueeze(result, 0);
  for (int i = 0; i < times.rank(); ++i) {  // as (outer, times, rest): a stretched dim, then a copy
    if (times[i] < 0)
      throw ShapeError("repeat", fmt::format("counts cannot be negative, got {}", times.str()), {x.shape(), times});
    if (times[i] == 1) continue;
    if (times[i] == 0) {
      result = narrow(result, i, 0, 0);
      continue;
    }
    int64_t outer = 1, rest = 1;
    for (int j = 0; j < result.dim(); ++j) (j < i ? outer : rest) *= result.shape()[j];
    Shape shape = result.shape();
    shape[i] = multiply_sizes("repeat", shape[i], times[i]);
    result = reshape(expand(reshape(result, {outer, 1, rest}), {outer, times[i], rest}), shape);
  }
  return named(result);
}

}  // namespace lemma
