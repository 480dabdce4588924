#pragma once
/// The kernels on the device that LEMMA_DEVICE names, for tests that build their arrays on the host: operands are
/// copied there with the whole of their storage, so that they keep their strides and share memory as they did, and
/// results and written operands come back.

#include <utility>
#include <vector>

#include "kernels/kernels.h"
#include "tests/catch.h"

namespace on_device {

using namespace lemma;

inline Array bytes_of(const Ref<Storage>& storage) {
  return Array(storage, Shape(static_cast<int64_t>(storage->bytes())), Strides(1), 0, DType::boolean);
}

/// Operands of one call.
class Operands {
 public:
  Array operator()(const Array& x) {
    if (default_device().is_cpu() || !x.defined()) return x;
    for (const auto& [host, device] : storages_)
      if (host == x.storage()) return Array(device, x.shape(), x.strides(), x.offset(), x.dtype());
    storages_.emplace_back(x.storage(), Storage::allocate(x.storage()->bytes(), default_device()));
    if (x.storage()->bytes() > 0) kernels::copy(bytes_of(storages_.back().second), bytes_of(x.storage()));
    return (*this)(x);
  }
  /// What the call wrote into its operands.
  void bring_back() const {
    for (const auto& [host, device] : storages_)
      if (host->bytes() > 0) kernels::copy(bytes_of(host), bytes_of(device));
  }

 private:
  std::vector<std::pair<Ref<Storage>, Ref<Storage>>> storages_;
};

/// A fresh result on the host.
inline Array home(const Array& y) {
  REQUIRE(y.device() == default_device());
  REQUIRE(y.is_contiguous());
  if (y.device().is_cpu()) return y;
  const Array host(y.shape(), y.dtype());
  kernels::copy(host, y);
  return host;
}

inline void fill(const Array& out, double value) {
  Operands there;
  kernels::fill(there(out), value);
  there.bring_back();
}
inline void arange(const Array& out, double start, double step) {
  Operands there;
  kernels::arange(there(out), start, step);
  there.bring_back();
}
inline void copy(const Array& dst, const Array& src) {
  Operands there;
  kernels::copy(there(dst), there(src));
  there.bring_back();
}
inline Array unary(Unary op, const Array& x) { return home(kernels::unary(op, Operands{}(x))); }
inline Array binary(Binary op, const Array& a, const Array& b) {
  Operands there;
  return home(kernels::binary(op, there(a), there(b)));
}
inline void binary_inplace(Binary op, const Array& a, const Array& b) {
  Operands there;
  kernels::binary_inplace(op, there(a), there(b));
  there.bring_back();
}
inline Array compare(Compare op, const Array& a, const Array& b) {
  Operands there;
  return home(kernels::compare(op, there(a), there(b)));
}
inline Array select(const Array& condition, const Array& a, const Array& b) {
  Operands there;
  return home(kernels::select(there(condition), there(a), there(b)));
}
inline Array reduce(Reduce op, const Array& x, const Dims& dims) {
  return home(kernels::reduce(op, Operands{}(x), dims));
}
inline Array arg_reduce(ArgReduce op, const Array& x, int dim) {
  return home(kernels::arg_reduce(op, Operands{}(x), dim));
}
inline Array scan(Scan op, const Array& x, int dim, bool reverse) {
  return home(kernels::scan(op, Operands{}(x), dim, reverse));
}
inline Array argsort(const Array& x, int dim, bool descending) {
  return home(kernels::argsort(Operands{}(x), dim, descending));
}
inline Array matmul(const Array& a, const Array& b) {
  Operands there;
  return home(kernels::matmul(there(a), there(b)));
}
inline Array gather(const Array& x, int dim, const Array& index) {
  Operands there;
  return home(kernels::gather(there(x), dim, there(index)));
}
inline Array scatter_add(const Shape& shape, int dim, const Array& index, const Array& src) {
  Operands there;
  return home(kernels::scatter_add(shape, dim, there(index), there(src)));
}
inline int64_t find_out_of_range(const Array& index, int64_t size) {
  return kernels::find_out_of_range(Operands{}(index), size);
}
inline void random(Random kind, const Array& out, uint64_t seed, uint64_t offset) {
  Operands there;
  kernels::random(kind, there(out), seed, offset);
  there.bring_back();
}
template <class Step>
void update(std::span<const UpdateSlot> slots, const Step& step) {
  Operands there;
  std::vector<UpdateSlot> moved;
  for (const UpdateSlot& s : slots)
    moved.push_back({there(s.param), there(s.grad), {there(s.state[0]), there(s.state[1])}});
  kernels::update<Step>(moved, step);
  there.bring_back();
}
inline double sum_squares(std::span<const Array> arrays) {
  Operands there;
  std::vector<Array> moved;
  for (const Array& x : arrays) moved.push_back(there(x));
  return kernels::sum_squares(moved);
}
inline void scale(std::span<const Array> out, std::span<const Array> in, double factor) {
  Operands there;
  std::vector<Array> to, from;
  for (const Array& x : out) to.push_back(there(x));
  for (const Array& x : in) from.push_back(there(x));
  kernels::scale(to, from, factor);
  there.bring_back();
}

}  // namespace on_device
