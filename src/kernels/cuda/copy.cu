// dst[i] = src[i] for any two layouts of one shape, between dtypes and between devices.

#include "kernels/cpu/cpu.h"
#include "kernels/cuda/convert.h"
#include "kernels/cuda/elementwise.cuh"
#include "kernels/cuda/transpose.cuh"

namespace lemma::kernels::cuda {

namespace {

struct Same {
  template <class T>
  __device__ T operator()(T x) const {
    return x;
  }
};

// The dims as `dst` lays them out, outermost first: then its innermost dim is the one whose neighbours are closest.
Collapsed<2> dims_in_order_of(const Array& dst, const Array& src) {
  int order[kMaxRank];
  for (int i = 0; i < dst.rank(); ++i) {
    int at = i;
    for (; at > 0 && dst.strides()[order[at - 1]] < dst.strides()[i]; --at) order[at] = order[at - 1];
    order[at] = i;
  }
  Shape shape = dst.shape();
  Strides to = dst.strides(), from = src.strides();
  for (int i = 0; i < dst.rank(); ++i) {
    shape[i] = dst.shape()[order[i]];
    to[i] = dst.strides()[order[i]];
    from[i] = src.strides()[order[i]];
  }
  return collapse<2>(shape, {&to, &from});
}

// One dtype: only bytes move. Halves move as they are.
void copy_layout(const Array& dst, const Array& src) {
  with_bytes(dst.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    if (!(dst.is_contiguous() && src.is_contiguous()) &&
        transpose(dst.data<T>(), static_cast<const T*>(src.data<T>()), dims_in_order_of(dst, src)))
      return;
    map<T, T>("copy", Same{}, dst, src);
  });
}

void convert(const Array& dst, const Array& src) {
  with_any("copy", dst.dtype(), [&](auto to) {
    with_any("copy", src.dtype(), [&](auto from) {
      using To = typename decltype(to)::type;
      using From = typename decltype(from)::type;
      map<To, From>("cast", Convert<To>{}, dst, src);
    });
  });
}

void on_one_device(const Array& dst, const Array& src) {
  if (dst.storage() == src.storage()) {
    if (dst.offset() == src.offset() && dst.strides() == src.strides() && dst.dtype() == src.dtype()) return;
    const Array apart(src.shape(), src.dtype(), src.device());  // they may overlap
    on_one_device(apart, src);
    return on_one_device(dst, apart);
  }
  dst.dtype() == src.dtype() ? copy_layout(dst, src) : convert(dst, src);
}

Array packed(const Array& x) {
  if (x.is_contiguous()) return x;
  if (x.device().is_cpu()) {
    const Array y(x.shape(), x.dtype());
    cpu::run(CopyWork{y, x});
    return y;
  }
  const Array y(x.shape(), x.dtype(), x.device());
  lemma::cuda::use(x.device());
  copy(y, x);
  return y;
}

char* bytes_of(const Array& x) {
  return static_cast<char*>(x.storage()->data()) + x.offset() * static_cast<int64_t>(size_of(x.dtype()));
}

// Both contiguous and of one dtype.
void move_bytes(const Array& dst, const Array& src) {
  const size_t bytes = static_cast<size_t>(dst.numel()) * size_of(dst.dtype());
  if (src.device().is_cpu()) {
    lemma::cuda::use(dst.device());
    lemma::cuda::to_device(bytes_of(dst), bytes_of(src), bytes);
  } else if (dst.device().is_cpu()) {
    lemma::cuda::use(src.device());
    lemma::cuda::to_host(bytes_of(dst), bytes_of(src), bytes);
  } else {
    lemma::cuda::between_devices(bytes_of(dst), dst.device(), bytes_of(src), src.device(), bytes);
  }
}

}  // namespace

void run(const CopyWork& work) {
  const Array &dst = work.out, &src = work.x;
  if (dst.device() == src.device()) return on_one_device(dst, src);
  // Each half runs on its own device.
  const Array from = packed(src);
  if (dst.is_contiguous() && dst.dtype() == src.dtype()) return move_bytes(dst, from);
  const Array there(src.shape(), src.dtype(), dst.device());
  move_bytes(there, from);
  if (dst.device().is_cpu()) return cpu::run(CopyWork{dst, there});
  lemma::cuda::use(dst.device());
  copy(dst, there);
}

void run(const ReadWork& work) {
  work.host = Array(work.x.shape(), work.x.dtype());
  if (work.x.numel() != 0) move_bytes(work.host, work.x);
}

}  // namespace lemma::kernels::cuda
