#include "kernels/cpu/elementwise.h"

#include "kernels/cpu/cpu.h"

namespace lemma::kernels::cpu {
namespace {

template <class T>
void pack_elements(char* out_bytes, const Operand& x, const Collapsed<1>& dims, int64_t begin, int64_t n) {
  const int64_t inner = dims.inner_size(), stride = dims.inner_stride(0);
  OuterWalk<1> walk(dims, begin / inner);
  int64_t column = begin % inner;
  const T* data = reinterpret_cast<const T*>(x.data);
  T* out = reinterpret_cast<T*>(out_bytes);
  while (n > 0) {
    const int64_t run = std::min(inner - column, n);
    const T* from = data + walk.offset[0] + column * stride;
    if (stride == 0)
      std::fill_n(out, run, *from);
    else
      for (int64_t i = 0; i < run; ++i) out[i] = from[i * stride];
    out += run;
    n -= run;
    column = 0;
    walk.next();
  }
}

}  // namespace

void pack(char* out, const Operand& x, const Collapsed<1>& dims, int64_t begin, int64_t n) {
  switch (x.size) {
    case 1:
      return pack_elements<uint8_t>(out, x, dims, begin, n);
    case 2:
      return pack_elements<uint16_t>(out, x, dims, begin, n);
    case 4:
      return pack_elements<uint32_t>(out, x, dims, begin, n);
    default:
      return pack_elements<uint64_t>(out, x, dims, begin, n);
  }
}

Array packed_if_scattered(const Array& x) {
  if (x.is_contiguous() || x.numel() < 4096) return x;
  const auto dims = collapse<1>(x.shape(), {&x.strides()});
  const int64_t stride = dims.inner_stride(0);
  if (stride == 0 || stride == 1) return x;
  Array packed(x.shape(), x.dtype());
  copy(packed, x);
  return packed;
}

}  // namespace lemma::kernels::cpu
