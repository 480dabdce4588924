#include "tape/region.h"

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

// zeros of `shape` with the part where the region is: the adjoint of part_of.
Tensor put_in(const Tensor& part, const Shape& shape, const Region& region) {
  const Array whole(shape, part.dtype(), part.device());
  kernels::fill(whole, 0);
  kernels::copy(region.in(whole), part.array());
  return record("place", {part}, whole, [region](const Tensor& g) { return part_of(g, region); });
}

}  // namespace

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
