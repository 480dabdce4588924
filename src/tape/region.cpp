#include "tape/region.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "kernels/kernels.h"
#include "tape/record.h"

namespace lemma {
namespace {

Array contiguous(const Array& a) {
  if (a.is_contiguous()) return a;
  Array copy(a.shape(), a.dtype(), a.device());
  kernels::copy(copy, a);
  return copy;
}

// to += part, where several elements of `to` may be one in memory: what they are given adds up.
void add_overlapping(const Array& to, const Array& part) {
  if (elements_are_distinct(to)) return kernels::binary_inplace(Binary::Add, to, part);
  Shape shape = to.shape();
  Dims stretched;
  for (int i = 0; i < shape.rank(); ++i)
    if (shape[i] > 1 && to.strides()[i] == 0) {
      stretched.push_back(i);
      shape[i] = 1;
    }
  if (!stretched.empty())
    return add_overlapping(to.view(shape, to.strides(), to.offset()), kernels::reduce(Reduce::Sum, part, stretched));
  int fewest = -1;  // windows: one after the other
  for (int i = 0; i < shape.rank(); ++i)
    if (shape[i] > 1 && (fewest < 0 || shape[i] < shape[fewest])) fewest = i;
  for (int64_t i = 0; i < shape[fewest]; ++i) add_overlapping(to.select(fewest, i), part.select(fewest, i));
}

// zeros of `shape` with the part where the region is: the adjoint of part_of.
Tensor put_in(const Tensor& part, const Shape& shape, const Region& region) {
  const Array whole(shape, part.dtype(), part.device());
  kernels::fill(whole, 0);
  if (const Array inside = region.in(whole); elements_are_distinct(inside))
    kernels::copy(inside, part.array());
  else
    add_overlapping(inside, part.array());
  return record("place", {part}, whole, [region](const Tensor& g) { return part_of(g, region); });
}

}  // namespace

// Each dim, by growing stride, steps over all that the smaller ones reach.
bool elements_are_distinct(const Array& a) {
  if (a.is_contiguous()) return true;
  std::array<std::pair<int64_t, int64_t>, kMaxRank> dims;  // stride, size
  size_t n = 0;
  for (int i = 0; i < a.rank(); ++i) {
    if (a.shape()[i] == 0) return true;
    if (a.shape()[i] == 1) continue;
    const std::pair dim(std::abs(a.strides()[i]), a.shape()[i]);
    size_t at = n++;  // sorted as it grows
    for (; at > 0 && dim < dims[at - 1]; --at) dims[at] = dims[at - 1];
    dims[at] = dim;
  }
  int64_t reach = 0;
  for (size_t i = 0; i < n; ++i) {
    if (dims[i].first <= reach) return false;
    reach += dims[i].first * (dims[i].second - 1);
  }
  return true;
}

Region Region::of(const char* op, const Array& base, const Array& view) {
  if (!base.is_contiguous())
    throw GradError(op, fmt::format("the tensor is a view of one of shape {} and strides {}, whose elements do not lie "
                                    "in order; make it contiguous() before taking views to write to",
                                    base.shape().str(), base.strides().str()));
  return {view.shape(), view.strides(), view.offset() - base.offset()};
}

Tensor part_of(const Tensor& whole, const Region& region) {
  return record("part", {whole}, region.in(contiguous(whole.array())),
                [region](const Tensor& g, const Node& node) { return put_in(g, node.input_shape(0), region); });
}

Tensor without(const Tensor& whole, const Region& region) {
  const Array rest(whole.shape(), whole.dtype(), whole.device());
  kernels::copy(rest, whole.array());
  kernels::fill(region.in(rest), 0);
  return record("without", {whole}, rest, [region](const Tensor& g) { return without(g, region); });
}

}  // namespace lemma
