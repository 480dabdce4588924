#pragma once
/// A product whose rows, columns and inner dims may be several dims each.

#include "lemma/tensor.h"

namespace lemma {

/// y[batch.., m.., n..] = sum over k.. of a[batch.., m.., k..] b[batch.., k.., n..]. The first `batch` dims are equal;
/// the `inner` dims after them in b are a's last. Requires floating tensors of one dtype and device, and dims that fit.
///     dL/da = contract(g, b with k.. and n.. swapped),  dL/db = contract(a with m.. and k.. swapped, g)
Tensor contract(const Tensor& a, const Tensor& b, int batch, int inner);

}  // namespace lemma
