#pragma once
/// The whole backend contract: what a device must be able to do. Everything above is composed from these.
///
/// For all of them: the caller has checked shapes, dtypes and devices; inputs may have any strides (stride 0 included);
/// results are fresh and contiguous; results do not depend on the number of threads, bit for bit.
/// dispatch.cpp picks the device; cpu/ and cuda/ implement the same functions.

#include <cstdint>
#include <span>

#include "kernels/functors.h"
#include "lemma/core/array.h"

namespace lemma {

/// One parameter's tensors for an optimiser step. All four contiguous, of one shape, float32 or float64.
struct AdamSlot {
  Array param, grad, exp_avg, exp_avg_sq;
};
struct SgdSlot {
  Array param, grad, momentum;  // momentum undefined when the momentum factor is 0
};
/// Adam and AdamW as PyTorch 2 defines them; `step` counts from 1. `decoupled` is AdamW's weight decay.
struct AdamStep {
  double lr, beta1, beta2, eps, weight_decay;
  int64_t step;
  bool decoupled;
};
/// SGD as PyTorch defines it; `first` marks the step whose gradient initialises the momentum.
struct SgdStep {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, first;
};

namespace kernels {

// ---- Making and moving ----
/// Writes `value`, converted to the dtype, into every element of `out`, any strides without overlap.
void fill(const Array& out, double value);
/// out[i] = start + i * step. `out` contiguous of rank 1.
void arange(const Array& out, double start, double step);
/// dst[i] = src[i], converted to dst's dtype (float to int truncates, anything to bool is x != 0). Equal shapes; dst
/// any strides without overlap; devices may differ. Serves contiguous(), cast, to(device), concat, pad and copy_.
void copy(const Array& dst, const Array& src);

// ---- Elementwise, equal shapes ----
Array unary(Unary op, const Array& x);                                 // floating; some int64
Array binary(Binary op, const Array& a, const Array& b);               // floating, int64 (Div, Pow: floating)
Array compare(Compare op, const Array& a, const Array& b);             // any dtype -> bool
Array select(const Array& condition, const Array& a, const Array& b);  // condition ? a : b, condition bool
/// a = op(a, b) in place; `a` any strides without overlap.
void binary_inplace(Binary op, const Array& a, const Array& b);

// ---- Reductions: the reduced dims stay with size 1 ----
/// `dims` sorted and in range. Sums of float32 accumulate in float64; half types as float32, rounded once. Sum, Prod,
/// SumSquares of nothing are 0, 1, 0; Max and Min require at least one element and return NaN if one is there. int64
/// and floating; bool is cast before.
Array reduce(Reduce op, const Array& x, const Dims& dims);
/// int64 index of the first extreme element (the first NaN if there is one). Requires size(dim) >= 1.
Array arg_reduce(ArgReduce op, const Array& x, int dim);
/// Running sum along `dim`; from the end when `reverse`.
Array scan(Scan op, const Array& x, int dim, bool reverse);
/// int64 indices that sort each line along `dim`; stable; NaN counts as the largest.
Array argsort(const Array& x, int dim, bool descending);

// ---- Products ----
/// (..., M, K) x (..., K, N) -> (..., M, N): equal ranks >= 2 and equal batch dims (stride 0 where broadcast),
/// floating; half types add up in float32. Transposed operands are read in place. K = 0 gives zeros.
Array matmul(const Array& a, const Array& b);

// ---- Indexed ----
/// out[.., i, ..] = x[.., index[.., i, ..], ..] along `dim`: ranks equal; index sizes <= x sizes except along `dim`.
/// Requires indices in range (the caller has checked with index_bounds).
Array gather(const Array& x, int dim, const Array& index);
/// Adds src[.., i, ..] to zeros(shape)[.., index[.., i, ..], ..] along `dim`; duplicates add in order of position.
Array scatter_add(const Shape& shape, int dim, const Array& index, const Array& src);
/// Flat row-major position of the first element of int64 `index` outside [0, size), or -1.
int64_t find_out_of_range(const Array& index, int64_t size);

// ---- Random: element i depends on (seed, offset + i) alone ----
/// Uniform in [0, 1) or standard normal. `out` contiguous, floating. See philox.h.
void random(Random kind, const Array& out, uint64_t seed, uint64_t offset);

// ---- In-place updates of parameters ----
void adam(std::span<const AdamSlot> slots, const AdamStep& step);
void sgd(std::span<const SgdSlot> slots, const SgdStep& step);

// ---- Many gradients at once, contiguous and floating; arrays of one call share a device ----
/// The sum of the squares of all elements of all arrays, in float64; waits for the number. 0 for no arrays.
double sum_squares(std::span<const Array> arrays);
/// out[i] = in[i] * factor, rounded to the dtype, for each pair of equal shapes and dtypes: fresh memory or in's own.
void scale(std::span<const Array> out, std::span<const Array> in, double factor);

}  // namespace kernels
}  // namespace lemma
