#pragma once
/// A contraction as a product of matrices: what every backend can do that reads dims no other way.

#include "kernels/backend.h"
#include "kernels/collapse.h"
#include "kernels/dims_between.h"

namespace lemma::kernels {

/// x (batch.., L.., R..) as (batch.., L, R): a view where the dims of each lie evenly, otherwise one of a copy that
/// `copy(to, from)` fills; a batch dim of stride 0 stays shared.
template <class Copy>
Array as_matrices(const Array& x, int batch, int left, const Copy& copy) {
  const int middle = batch + left, rank = x.rank();
  Shape shape = dims_between(x.shape(), 0, batch);
  Strides strides = dims_between(x.strides(), 0, batch);
  bool even = true;
  for (const auto& [begin, end] : {std::pair{batch, middle}, {middle, rank}}) {
    const Strides own = dims_between(x.strides(), begin, end);
    const auto merged = collapse<1>(dims_between(x.shape(), begin, end), {&own});
    even = even && merged.rank == 1;
    shape.push_back(dims_between(x.shape(), begin, end).numel());
    strides.push_back(merged.inner_stride(0));
  }
  if (even) return x.view(shape, strides, x.offset());
  Shape small = x.shape();
  for (int d = 0; d < batch; ++d)
    if (x.strides()[d] == 0) small[d] = 1;
  const Array copied(small, x.dtype(), x.device());
  copy(copied, x.view(small, x.strides(), x.offset()));
  Shape merged = dims_between(small, 0, batch);
  merged.push_back(shape[batch]);
  merged.push_back(shape[batch + 1]);
  return copied.view(merged, contiguous_strides(merged), 0).expand(shape);
}

/// Has `multiply(MatmulWork)` do the work.
template <class Copy, class Multiply>
void contract_as_product(const ContractWork& work, const Copy& copy, const Multiply& multiply) {
  const auto& [out, a, b, batch, inner] = work;
  const Array x = as_matrices(a, batch, a.rank() - batch - inner, copy), y = as_matrices(b, batch, inner, copy);
  Shape shape = x.shape();
  shape[batch + 1] = y.shape()[batch + 1];
  multiply(MatmulWork{out.view(shape, contiguous_strides(shape), out.offset()), x, y});
}

}  // namespace lemma::kernels
