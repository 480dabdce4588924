// In-place writes on the tape. A tensor that is written changes its node; a base whose view is written changes too, and
// the other views of that base make new nodes when they are next asked.
#include "tape/inplace.h"

#include <algorithm>

#include <fmt/format.h>

#include "kernels/kernels.h"
#include "lemma/tape/grad_mode.h"
#include "tape/record.h"
#include "tape/region.h"

namespace lemma {
namespace {

TensorImpl& base_of(const Tensor& x) { return x.impl()->base ? *x.impl()->base : *x.impl(); }
Tensor handle(TensorImpl& impl) { return Tensor::from_impl(Ref<TensorImpl>::share(&impl)); }

void take_place(TensorImpl& impl, const Tensor& result) {
  impl.node = result.impl()->node;
  impl.output = result.impl()->output;
}

// The node of a view: the part of its base, as that is now.
void point_at_base(TensorImpl& view, const Region& region) {
  const EnableGrad guard;
  take_place(view, part_of(handle(*view.base), region));
  view.writes = view.base->writes;
}

}  // namespace

void TensorImpl::refresh() { point_at_base(*this, Region::of("view", base->array, array)); }

namespace inplace {

bool recorded(const char* op, const Tensor& x, std::initializer_list<const Tensor*> sources) {
  if (!grad_enabled()) return false;
  const TensorImpl& base = base_of(x);
  if ((x.requires_grad() && x.is_leaf()) || base.requires_grad)
    throw GradError(op, "writing in place to a tensor that requires a gradient needs a NoGrad block");
  if (!is_floating(x.dtype())) return false;
  return base.node || std::any_of(sources.begin(), sources.end(), [](const Tensor* s) { return s->requires_grad(); });
}

const Array& writable(const char* op, const Tensor& x) {
  const Array& array = x.array();
  if (!elements_are_distinct(array))
    throw ShapeError(
        op, fmt::format("the tensor of shape {} is expanded: several elements are one in memory; clone() it first",
                        x.shape().str()));
  array.storage()->bump_version();
  return array;
}

Tensor& overwrite(const char* op, Tensor& x, const Tensor& values) {
  if (values.is_same(x)) return x;
  const bool tape = recorded(op, x, {&values});
  TensorImpl& base = base_of(x);
  const bool is_view = &base != x.impl();
  Region region;
  if (tape && is_view) region = Region::of(op, base.array, x.array());
  kernels::copy(writable(op, x), values.array());
  if (!tape) return x;

  if (is_view) {
    const Tensor whole = record(
        op, {handle(base), values}, base.array, [region](const Tensor& g) { return without(g, region); },
        [region](const Tensor& g) { return part_of(g, region); });
    take_place(base, whole);
    ++base.writes;
    point_at_base(*x.impl(), region);
    return x;
  }
  // x is overwritten whole: nothing depends on the old values. If the new ones are not on the tape, x stays on it.
  take_place(base, values.requires_grad() ? record(op, {values}, x.array(), [](const Tensor& g) { return g; })
                                          : record(op, {x}, x.array(), no_gradient));
  ++base.writes;
  return x;
}

}  // namespace inplace
}  // namespace lemma
