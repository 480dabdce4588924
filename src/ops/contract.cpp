#include "ops/contract.h"

#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "tape/record.h"

namespace lemma {
namespace {

// The `first` dims after the batch move to the end.
Tensor swapped(const Tensor& x, int batch, int first) {
  Dims order;
  for (int d = 0; d < batch; ++d) order.push_back(d);
  for (int d = batch + first; d < x.dim(); ++d) order.push_back(d);
  for (int d = batch; d < batch + first; ++d) order.push_back(d);
  return permute(x, order);
}

}  // namespace

Tensor contract(const Tensor& a, const Tensor& b, int batch, int inner) {
  const int rows = a.dim() - batch - inner, columns = b.dim() - batch - inner;
  return record(
      "contract", {a, b}, kernels::contract(a.array(), b.array(), batch, inner),
      [=](const Tensor& g, In<1> right) { return contract(g, swapped(right, batch, inner), batch, columns); },
      [=](const Tensor& g, In<0> left) { return contract(swapped(left, batch, rows), g, batch, rows); });
}

}  // namespace lemma
