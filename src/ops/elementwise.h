#pragma once
/// What elementwise operations share. An operation's row in functors.h says which dtypes it takes and what autocast
/// does with its inputs; both are seen to here.

#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/mixed.h"
#include "tape/record.h"

namespace lemma {

namespace check {
inline void takes(const char* op, const Traits& row, const Tensor& x) {
  row.takes == Takes::floats ? floating(op, x) : numeric(op, x);
}
}  // namespace check

/// y = kernel(x), recorded.
template <class... Rules>
Tensor unary(const char* op, Unary kernel, const Tensor& x, Rules... rules) {
  const Traits& row = traits(kernel);
  if (row.cast == Cast::wide && mixed::widens(x)) return unary(op, kernel, mixed::wide(x), rules...);
  check::takes(op, row, x);
  return record(op, {x}, kernels::unary(kernel, x.array()), rules...);
}

/// y = kernel(a, b), recorded. Unequal shapes meet in recorded expand views, so rules never see them.
template <class... Rules>
Tensor binary(const char* op, Binary kernel, const Tensor& a, const Tensor& b, Rules... rules) {
  const Traits& row = traits(kernel);
  check::numeric(op, a);
  check::numeric(op, b);
  if (row.cast == Cast::wide && (mixed::widens(a) || mixed::widens(b)))
    return binary(op, kernel, mixed::wide(a), mixed::wide(b), rules...);
  if (mixed::promotes(a, b)) {
    const DType dtype = mixed::widest(a, b);
    return binary(op, kernel, cast(a, dtype), cast(b, dtype), rules...);
  }
  check::same_type(op, a, b);
  if (row.takes == Takes::floats) check::floating(op, a);
  const auto run = [&](const Tensor& x, const Tensor& y) {
    return record(op, {x, y}, kernels::binary(kernel, x.array(), y.array()), rules...);
  };
  if (a.shape() == b.shape()) return run(a, b);
  const Shape shape = broadcast_shapes(op, a.shape(), b.shape());
  return run(broadcast_to(a, shape), broadcast_to(b, shape));
}

/// y = kernel(x, number), or kernel(number, x): the number is part of the rule, not of the graph.
enum class Side { second, first };
template <class... Rules>
Tensor with_number(const char* op, Binary kernel, const Tensor& x, Number number, Side where, Rules... rules) {
  const Traits& row = traits(kernel);
  if (row.cast == Cast::wide && mixed::widens(x))
    return with_number(op, kernel, mixed::wide(x), number, where, rules...);
  check::takes(op, row, x);
  check::whole(op, x, number);
  return record(
      op, {x},
      where == Side::first ? kernels::binary(kernel, number, x.array()) : kernels::binary(kernel, x.array(), number),
      rules...);
}

}  // namespace lemma
