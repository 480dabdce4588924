#pragma once
/// CUDA's half of kernels.h, function by function; dispatch.cpp calls these. Without CUDA they throw (no_cuda.cpp).

#include "kernels/kernels.h"

namespace lemma::kernels::cuda {

/// Makes `device` the current one: what is called next runs there.
void choose(Device device);

void fill(const Array& out, double value);
void arange(const Array& out, double start, double step);
void copy(const Array& dst, const Array& src);
Array unary(Unary op, const Array& x);
Array binary(Binary op, const Array& a, const Array& b);
void binary_inplace(Binary op, const Array& a, const Array& b);
Array compare(Compare op, const Array& a, const Array& b);
Array select(const Array& condition, const Array& a, const Array& b);
Array reduce(Reduce op, const Array& x, const Dims& dims);
Array arg_reduce(ArgReduce op, const Array& x, int dim);
Array scan(Scan op, const Array& x, int dim, bool reverse);
Array argsort(const Array& x, int dim, bool descending);
Array matmul(const Array& a, const Array& b);
Array gather(const Array& x, int dim, const Array& index);
Array scatter_add(const Shape& shape, int dim, const Array& index, const Array& src);
int64_t find_out_of_range(const Array& index, int64_t size);
void random(Random kind, const Array& out, uint64_t seed, uint64_t offset);
void adam(std::span<const AdamSlot> slots, const AdamStep& step);
void sgd(std::span<const SgdSlot> slots, const SgdStep& step);
double sum_squares(std::span<const Array> arrays);
void scale(std::span<const Array> out, std::span<const Array> in, double factor);

}  // namespace lemma::kernels::cuda
