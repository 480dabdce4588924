// dst[i] = src[i] for any two layouts of one shape, and between dtypes.

#include <cstring>
#include <limits>

#include "kernels/cpu/cpu.h"
#include "kernels/cpu/half.h"
#include "kernels/cpu/transpose.h"

namespace lemma::kernels::cpu {
namespace {

// ---- The same bytes in another layout ----

/// The dims as `dst` lays them out, outermost first: then its innermost dim is the one whose neighbours are closest.
Shape order_by_stride(const Array& dst) {
  Shape order = Shape::filled(dst.rank(), 0);
  for (int i = 0; i < dst.rank(); ++i) order[i] = i;
  std::stable_sort(&order[0], &order[0] + dst.rank(), [&](int64_t a, int64_t b) {
    return dst.strides()[static_cast<int>(a)] > dst.strides()[static_cast<int>(b)];
  });
  return order;
}

/// Rows whose elements lie one after the other in both, or that repeat one element.
template <class T>
void copy_rows(T* dst, const T* src, const Collapsed<2>& dims) {
  const int64_t inner = dims.inner_size(), to = dims.inner_stride(0), from = dims.inner_stride(1);
  const int64_t grain = std::max<int64_t>(1, kGrain / std::max<int64_t>(inner, 1));
  parallel_for(dims.outer_count(), grain, [&](int64_t begin, int64_t end) {
    OuterWalk<2> walk(dims, begin);
    for (int64_t row = begin; row < end; ++row, walk.next()) {
      T* y = dst + walk.offset[0];
      const T* x = src + walk.offset[1];
      if (to == 1 && from == 1)
        std::memcpy(y, x, static_cast<size_t>(inner) * sizeof(T));
      else if (to == 1 && from == 0)
        std::fill_n(y, inner, *x);
      else
        for (int64_t i = 0; i < inner; ++i) y[i * to] = x[i * from];
    }
  });
}

template <class T>
void copy_layout(const Array& dst, const Array& src) {
  T* y = reinterpret_cast<T*>(bytes_of(dst));
  const T* x = reinterpret_cast<const T*>(bytes_of(src));
  const int64_t numel = dst.numel();
  if (dst.is_contiguous() && src.is_contiguous())
    return parallel_for(numel, kGrain, [&](int64_t begin, int64_t end) {
      std::memcpy(y + begin, x + begin, static_cast<size_t>(end - begin) * sizeof(T));
    });
  const Shape order = order_by_stride(dst);
  Shape shape = dst.shape();
  Strides to = dst.strides(), from = src.strides();
  for (int i = 0; i < order.rank(); ++i) {
    const int dim = static_cast<int>(order[i]);
    shape[i] = dst.shape()[dim], to[i] = dst.strides()[dim], from[i] = src.strides()[dim];
  }
  const auto dims = collapse<2>(shape, {&to, &from});
  const int across = transposed_dim(dims);
  if (across >= 0) return copy_transposed(y, x, dims, across);
  copy_rows(y, x, dims);
}

void copy_bytes(const Array& dst, const Array& src) {
  switch (size_of(dst.dtype())) {
    case 1:
      return copy_layout<uint8_t>(dst, src);
    case 2:
      return copy_layout<uint16_t>(dst, src);
    case 4:
      return copy_layout<uint32_t>(dst, src);
    default:
      return copy_layout<uint64_t>(dst, src);
  }
}

// ---- From one dtype to another ----

template <class T>
constexpr bool kHalf = std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>;

template <class To, class From>
To converted(From x) {
  if constexpr (kHalf<From>)
    return converted<To>(static_cast<float>(x));
  else if constexpr (kHalf<To>)
    return To(static_cast<float>(x));
  else if constexpr (std::is_same_v<To, bool>)
    return x != From(0);
  else if constexpr (std::is_same_v<To, int64_t> && std::is_floating_point_v<From>) {
    // What no int64 holds (NaN, beyond 2^63) becomes the smallest one, as on x86 and in PyTorch.
    constexpr From limit = static_cast<From>(9223372036854775808.0);
    return x >= -limit && x < limit ? static_cast<int64_t>(x) : std::numeric_limits<int64_t>::min();
  } else
    return static_cast<To>(x);
}

template <class To, class From>
void convert_from(const Array& dst, const Array& src) {
  const Source from = source(src);
  elementwise<false, 1>(dst.shape(), bytes_of(dst), static_cast<int64_t>(sizeof(To)), {&from},
                        [](char* out, const Pointers<1>& at, unsigned, int64_t n) {
                          To* y = reinterpret_cast<To*>(out);
                          const From* x = reinterpret_cast<const From*>(at[0]);
                          if constexpr (kHalf<From> && std::is_same_v<To, float>)
                            return widen(dtype_of<From>(), x, y, static_cast<size_t>(n));
                          if constexpr (kHalf<To> && std::is_same_v<From, float>)
                            return round_to(dtype_of<To>(), x, y, static_cast<size_t>(n));
                          for (int64_t i = 0; i < n; ++i) y[i] = converted<To>(x[i]);
                        });
}

template <class To>
void convert(const Array& dst, const Array& src) {
  switch (src.dtype()) {
    case DType::float32:
      return convert_from<To, float>(dst, src);
    case DType::float64:
      return convert_from<To, double>(dst, src);
    case DType::int64:
      return convert_from<To, int64_t>(dst, src);
    case DType::boolean:
      return convert_from<To, bool>(dst, src);
    case DType::float16:
      return convert_from<To, float16>(dst, src);
    case DType::bfloat16:
      return convert_from<To, bfloat16>(dst, src);
  }
}

}  // namespace

void run(const CopyWork& work) {
  const auto& [dst, src] = work;
  if (dst.numel() == 0) return;
  if (dst.storage() == src.storage()) {
    if (dst.offset() == src.offset() && dst.strides() == src.strides() && dst.dtype() == src.dtype()) return;
    const Array apart(src.shape(), src.dtype());
    copy(apart, src);
    return copy(dst, apart);
  }
  if (dst.dtype() == src.dtype()) return copy_bytes(dst, src);
  if (!dst.is_contiguous()) {
    const Array converted(dst.shape(), dst.dtype());
    copy(converted, src);
    return copy_bytes(dst, converted);
  }
  switch (dst.dtype()) {
    case DType::float32:
      return convert<float>(dst, src);
    case DType::float64:
      return convert<double>(dst, src);
    case DType::int64:
      return convert<int64_t>(dst, src);
    case DType::boolean:
      return convert<bool>(dst, src);
    case DType::float16:
      return convert<float16>(dst, src);
    case DType::bfloat16:
      return convert<bfloat16>(dst, src);
  }
}

void run(const ReadWork& work) { work.host = work.x; }

}  // namespace lemma::kernels::cpu
