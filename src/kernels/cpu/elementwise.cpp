#include "kernels/cpu/elementwise.h"

#include "kernels/cpu/cpu.h"

namespace lemma::kernels::cpu {
namespace {

template <class T>
void pack_elements(char* out_bytes, const Source& x, const Collapsed<1>& dims, int64_t begin, int64_t n) {
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

void pack(char* out, const Source& x, const Collapsed<1>& dims, int64_t begin, int64_t n) {
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

void Feed::pack_if_scattered(const Array& x) {
  const int64_t stride = collapse<1>(x.shape(), {&x.strides()}).inner_stride(0);
  if (stride == 0 || stride == 1) return;
  copy(packed_.emplace(x.shape(), x.dtype()), x);
  Source::operator=(source(*packed_));
}

void Feed::set(const Number& value, DType dtype) {
  static const Strides zeros = Strides::filled(kMaxRank, 0);
  const auto keep = [&](auto converted) { std::memcpy(number_, &converted, sizeof(converted)); };
  switch (dtype) {
    case DType::float32:
      keep(value.to<float>());
      break;
    case DType::float64:
      keep(value.to<double>());
      break;
    case DType::int64:
      keep(value.to<int64_t>());
      break;
    case DType::boolean:
      keep(value.to<bool>());
      break;
    case DType::float16:
      keep(float16(value.to<float>()));
      break;
    case DType::bfloat16:
      keep(bfloat16(value.to<float>()));
      break;
  }
  Source::operator=({number_, &zeros, static_cast<int64_t>(size_of(dtype)), true, true});
}

}  // namespace lemma::kernels::cpu
