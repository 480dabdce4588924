#pragma once
/// The reductions' kernels, compiled in a few files.

#include "kernels/functors.h"
#include "lemma/core/array.h"

namespace lemma::kernels::cuda {

/// Sum, Prod or SumSquares, and Max or Min, of x over `dims` into `out`. Requires: x has elements.
void reduce_sums(Reduce op, const Array& x, const Array& out, const Dims& dims);
void reduce_extremes(Reduce op, const Array& x, const Array& out, const Dims& dims);

}  // namespace lemma::kernels::cuda
