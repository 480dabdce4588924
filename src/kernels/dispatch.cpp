// The one place that picks the device: a visible `if` for every entry point of kernels.h.

#include "kernels/cpu/cpu.h"
#include "kernels/cuda/cuda.h"
#include "kernels/kernels.h"

namespace lemma::kernels {
namespace {

// True for an array on a CUDA device, which becomes the current one.
bool on_cuda(const Array& x) {
  if (x.device().is_cpu()) return false;
  cuda::choose(x.device());
  return true;
}

}  // namespace

void fill(const Array& out, double value) {
  if (on_cuda(out)) return cuda::fill(out, value);
  cpu::fill(out, value);
}

void arange(const Array& out, double start, double step) {
  if (on_cuda(out)) return cuda::arange(out, start, step);
  cpu::arange(out, start, step);
}

void copy(const Array& dst, const Array& src) {
  if (on_cuda(src) || on_cuda(dst)) return cuda::copy(dst, src);
  cpu::copy(dst, src);
}

Array unary(Unary op, const Array& x) {
  if (on_cuda(x)) return cuda::unary(op, x);
  return cpu::unary(op, x);
}

Array binary(Binary op, const Array& a, const Array& b) {
  if (on_cuda(a)) return cuda::binary(op, a, b);
  return cpu::binary(op, a, b);
}

void binary_inplace(Binary op, const Array& a, const Array& b) {
  if (on_cuda(a)) return cuda::binary_inplace(op, a, b);
  cpu::binary_inplace(op, a, b);
}

Array compare(Compare op, const Array& a, const Array& b) {
  if (on_cuda(a)) return cuda::compare(op, a, b);
  return cpu::compare(op, a, b);
}

Array select(const Array& condition, const Array& a, const Array& b) {
  if (on_cuda(a)) return cuda::select(condition, a, b);
  return cpu::select(condition, a, b);
}

Array reduce(Reduce op, const Array& x, const Dims& dims) {
  if (on_cuda(x)) return cuda::reduce(op, x, dims);
  return cpu::reduce(op, x, dims);
}

Array arg_reduce(ArgReduce op, const Array& x, int dim) {
  if (on_cuda(x)) return cuda::arg_reduce(op, x, dim);
  return cpu::arg_reduce(op, x, dim);
}

Array scan(Scan op, const Array& x, int dim, bool reverse) {
  if (on_cuda(x)) return cuda::scan(op, x, dim, reverse);
  return cpu::scan(op, x, dim, reverse);
}

Array argsort(const Array& x, int dim, bool descending) {
  if (on_cuda(x)) return cuda::argsort(x, dim, descending);
  return cpu::argsort(x, dim, descending);
}

Array matmul(const Array& a, const Array& b) {
  if (on_cuda(a)) return cuda::matmul(a, b);
  return cpu::matmul(a, b);
}

Array gather(const Array& x, int dim, const Array& index) {
  if (on_cuda(x)) return cuda::gather(x, dim, index);
  return cpu::gather(x, dim, index);
}

Array scatter_add(const Shape& shape, int dim, const Array& index, const Array& src) {
  if (on_cuda(src)) return cuda::scatter_add(shape, dim, index, src);
  return cpu::scatter_add(shape, dim, index, src);
}

int64_t find_out_of_range(const Array& index, int64_t size) {
  if (on_cuda(index)) return cuda::find_out_of_range(index, size);
  return cpu::find_out_of_range(index, size);
}

void random(Random kind, const Array& out, uint64_t seed, uint64_t offset) {
  if (on_cuda(out)) return cuda::random(kind, out, seed, offset);
  cpu::random(kind, out, seed, offset);
}

// Slots of one call share a device.
void adam(std::span<const AdamSlot> slots, const AdamStep& step) {
  if (slots.empty()) return;
  if (on_cuda(slots[0].param)) return cuda::adam(slots, step);
  cpu::adam(slots, step);
}

void sgd(std::span<const SgdSlot> slots, const SgdStep& step) {
  if (slots.empty()) return;
  if (on_cuda(slots[0].param)) return cuda::sgd(slots, step);
  cpu::sgd(slots, step);
}

double sum_squares(std::span<const Array> arrays) {
  if (arrays.empty()) return 0;
  if (on_cuda(arrays[0])) return cuda::sum_squares(arrays);
  return cpu::sum_squares(arrays);
}

void scale(std::span<const Array> out, std::span<const Array> in, double factor) {
  if (out.empty()) return;
  if (on_cuda(out[0])) return cuda::scale(out, in, factor);
  cpu::scale(out, in, factor);
}

}  // namespace lemma::kernels
