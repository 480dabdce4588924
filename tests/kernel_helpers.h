#pragma once
/// Arrays in every layout on the host, and plain double loops to compare kernels with; on_device:: runs the kernels.

#include <cstring>
#include <vector>

#include "kernels/kernels.h"
#include "lemma/core/threads.h"
#include "tests/catch.h"
#include "tests/on_device.h"

namespace kernel_test {

using namespace lemma;

inline const std::vector<DType> kFloating = {DType::float32, DType::float64};
inline const std::vector<DType> kNumbers = {DType::float32, DType::float64, DType::int64};
inline const std::vector<DType> kAll = {DType::float32, DType::float64, DType::int64, DType::boolean};

/// Where the element at a row-major position lies, in elements from the start of the storage.
inline int64_t place(const Array& x, int64_t position) {
  int64_t offset = x.offset();
  for (int d = x.rank() - 1; d >= 0; --d) {
    offset += position % x.shape()[d] * x.strides()[d];
    position /= x.shape()[d];
  }
  return offset;
}

inline double value(const Array& x, int64_t position) {
  const void* data = x.storage()->data();
  const int64_t i = place(x, position);
  switch (x.dtype()) {
    case DType::float32:
      return static_cast<const float*>(data)[i];
    case DType::float64:
      return static_cast<const double*>(data)[i];
    case DType::int64:
      return static_cast<double>(static_cast<const int64_t*>(data)[i]);
    case DType::boolean:
      return static_cast<const bool*>(data)[i] ? 1 : 0;
    case DType::float16:
      return static_cast<double>(static_cast<float>(static_cast<const Half*>(data)[i]));
    case DType::bfloat16:
      return static_cast<double>(static_cast<float>(static_cast<const BFloat16*>(data)[i]));
  }
  return 0;
}

inline void set(const Array& x, int64_t position, double v) {
  void* data = x.storage()->data();
  const int64_t i = place(x, position);
  switch (x.dtype()) {
    case DType::float32:
      static_cast<float*>(data)[i] = static_cast<float>(v);
      break;
    case DType::float64:
      static_cast<double*>(data)[i] = v;
      break;
    case DType::int64:
      static_cast<int64_t*>(data)[i] = static_cast<int64_t>(v);
      break;
    case DType::boolean:
      static_cast<bool*>(data)[i] = v != 0;
      break;
    case DType::float16:
      static_cast<Half*>(data)[i] = Half(static_cast<float>(v));
      break;
    case DType::bfloat16:
      static_cast<BFloat16*>(data)[i] = BFloat16(static_cast<float>(v));
      break;
  }
}

/// A small generator of its own: values of `kind` -2..2 for floats, -5..5 for int64, 0 or 1 for bool.
struct Numbers {
  uint64_t state = 88172645463325252u;
  double next(DType dtype) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    const double unit = static_cast<double>(state >> 11) * 0x1p-53;
    if (dtype == DType::boolean) return unit < 0.5 ? 0 : 1;
    return is_floating(dtype) ? 4 * unit - 2 : static_cast<double>(static_cast<int64_t>(11 * unit)) - 5;
  }
};

inline void randomize(const Array& x, uint64_t seed = 1) {
  Numbers numbers;
  numbers.state += seed * 0x9E3779B97F4A7C15u;
  for (int64_t p = 0; p < x.numel(); ++p) set(x, p, numbers.next(x.dtype()));
}

/// The same shape in other memory: contiguous, dims in reverse order, every second element of a larger one with an
/// offset, rows with a gap between them.
inline std::vector<Array> layouts(const Shape& shape, DType dtype, uint64_t seed = 1) {
  std::vector<Array> all = {Array(shape, dtype)};
  const int rank = shape.rank();
  if (rank > 0) {
    Shape reversed = shape;
    for (int d = 0; d < rank; ++d) reversed[d] = shape[rank - 1 - d];
    const Array memory(reversed, dtype);
    Strides strides = memory.strides();
    for (int d = 0; d < rank; ++d) strides[d] = memory.strides()[rank - 1 - d];
    all.push_back(memory.view(shape, strides, 0));

    Shape larger = shape;
    larger[rank - 1] = 2 * shape[rank - 1] + 3;
    for (const int64_t step : {2, 1}) {
      const Array gaps(larger, dtype);
      randomize(gaps, seed + 77);
      strides = gaps.strides();
      strides[rank - 1] = step;
      all.push_back(gaps.view(shape, strides, 2 * step - 1));
    }
  }
  for (const Array& x : all) randomize(x, seed);
  return all;
}

inline bool same_bits(const Array& a, const Array& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  const size_t size = size_of(a.dtype());
  for (int64_t p = 0; p < a.numel(); ++p)
    if (std::memcmp(static_cast<const char*>(a.storage()->data()) + static_cast<size_t>(place(a, p)) * size,
                    static_cast<const char*>(b.storage()->data()) + static_cast<size_t>(place(b, p)) * size, size) != 0)
      return false;
  return true;
}

/// Sets the number of threads for a scope.
struct Threads {
  explicit Threads(int n) : before(num_threads()) { set_num_threads(n); }
  ~Threads() { set_num_threads(before); }
  int before;
};

/// True if `make` gives the same bits with 1, 2 and 3 threads; on CUDA, where threads mean nothing, in three runs.
template <class Make>
bool same_for_any_threads(const Make& make) {
  Array first;
  for (const int n : {1, 2, 3}) {
    const Threads threads(n);
    const Array result = make();
    if (n == 1)
      first = result;
    else if (!same_bits(first, result))
      return false;
  }
  return true;
}

/// Contiguous copy of the numbers, for comparing a result in one layout with that in another.
inline Array plain(const Array& x) {
  const Array y(x.shape(), x.dtype());
  for (int64_t p = 0; p < x.numel(); ++p) set(y, p, value(x, p));
  return y;
}

}  // namespace kernel_test
