#pragma once
/// What operations call: each function makes a fresh, contiguous result and has the device's backend fill it. What the
/// functions compute and require is said in backend.h, entry by entry; here only what they add to it. Results may be
/// empty, and so may inputs.

#include "kernels/backend.h"

namespace lemma::kernels {

// ---- Making and moving ----
void fill(const Array& out, const Number& value);
void arange(const Array& out, const Number& start, const Number& step);
/// Serves contiguous(), cast, to(device), concat, pad and copy_.
void copy(const Array& dst, const Array& src);
/// The elements, contiguous, where the host can read them; waits for them.
Array read(const Array& x);

// ---- Elementwise, equal shapes; a number stands for an array of the other operand's dtype ----
Array unary(Unary op, const Array& x);
Array binary(Binary op, const Operand& a, const Operand& b);
Array compare(Compare op, const Operand& a, const Operand& b);
Array select(const Array& condition, const Operand& a, const Operand& b);
/// a = op(a, b) in place; `a` any strides without overlap. b may overlap a: it is then read before a is written.
void binary_inplace(Binary op, const Array& a, const Operand& b);

// ---- Reductions: the reduced dims stay with size 1 ----
/// Sum, Prod, SumSquares of nothing are 0, 1, 0; Max and Min require at least one element. bool is cast before.
Array reduce(Reduce op, const Array& x, const Dims& dims);
/// Requires size(dim) >= 1.
Array arg_reduce(ArgReduce op, const Array& x, int dim);
/// Requires a window of one element or more.
Array arg_window(const Array& x, int outer, int inner);
Array scan(Scan op, const Array& x, int dim, bool reverse);
Array argsort(const Array& x, int dim, bool descending);

// ---- Products ----
/// K = 0 gives zeros.
Array matmul(const Array& a, const Array& b);
/// The first `batch` dims are shared, the `inner` last ones of a are summed over. No terms give zeros.
Array contract(const Array& a, const Array& b, int batch, int inner);

// ---- Indexed ----
Array gather(const Array& x, int dim, const Array& index);
/// zeros(shape) with src added at index.
Array scatter_add(const Shape& shape, int dim, const Array& index, const Array& src);
int64_t find_out_of_range(const Array& index, int64_t size);

// ---- Random ----
void random(Random kind, const Array& out, uint64_t seed, uint64_t offset);

// ---- Parameters and gradients: arrays of one call share a device ----
template <class Step>
void update(std::span<const UpdateSlot> slots, const Step& step) {
  if (!slots.empty()) backend_of(slots[0].param.device()).run(UpdateWork<Step>{slots, step});
}
/// 0 for no arrays.
double sum_squares(std::span<const Array> arrays);
void scale(std::span<const Array> out, std::span<const Array> in, double factor);

}  // namespace lemma::kernels
