// Kernels along one dim: position of the extreme, running sums, sorting.

#include "kernels/cpu/lines.h"

#include <numeric>
#include <vector>

#include "kernels/cpu/cpu.h"
#include "kernels/cpu/half.h"
#include "kernels/functors.h"
#include "lemma/core/error.h"

namespace lemma::kernels::cpu {
namespace {

/// Calls f with a zero of the array's element type; bool is read as bytes.
template <class F>
void with_element(DType dtype, const F& f) {
  switch (dtype) {
    case DType::float32:
      return f(float{});
    case DType::float64:
      return f(double{});
    case DType::int64:
      return f(int64_t{});
    case DType::boolean:
      return f(uint8_t{});
    case DType::float16:
    case DType::bfloat16:
      return;  // widened before
  }
}

/// NaN is the largest of all.
template <class T>
bool less(T a, T b) {
  return a < b || (b != b && a == a);
}

}  // namespace

void run(const ArgReduceWork& work) {
  const ArgReduce op = work.op;
  const Array &out = work.out, &x = work.x;
  const int dim = work.dim;
  if (is_half(x.dtype())) return run(ArgReduceWork{op, out, widened(x), dim});
  const int64_t n = x.shape()[dim], step = x.strides()[dim];
  with_element(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* data = x.data<T>();
    int64_t* result = out.data<int64_t>();
    for_each_line(x, out, dim, [&](int64_t from, int64_t to) {
      const T* line = data + from;
      int64_t best = 0;
      for (int64_t i = 1; i < n; ++i) {
        const T candidate = line[i * step], held = line[best * step];
        const bool better = op == ArgReduce::Max ? candidate > held : candidate < held;
        if (held == held && (better || candidate != candidate)) best = i;
      }
      result[to] = best;
    });
  });
}

/// float32 is summed in float64, a half type like float32 and rounded at the end.
void run(const ScanWork& work) {
  const Array &out = work.out, &x = work.x;
  const int dim = work.dim;
  const bool reverse = work.reverse;
  if (is_half(x.dtype()))
    return round_once(out, [&](const Array& wide) { run(ScanWork{work.op, wide, widened(x), dim, reverse}); });
  const int64_t n = x.shape()[dim], step = x.strides()[dim], out_step = out.strides()[dim];
  with_element(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    using Acc = std::conditional_t<std::is_same_v<T, float>, double, T>;
    const T* data = x.data<T>();
    T* result = out.data<T>();
    for_each_line(x, out, dim, [&](int64_t from, int64_t to) {
      Acc sum = 0;
      for (int64_t k = 0; k < n; ++k) {
        const int64_t i = reverse ? n - 1 - k : k;
        sum = fn::plus(sum, static_cast<Acc>(data[from + i * step]));
        result[to + i * out_step] = static_cast<T>(sum);
      }
    });
  });
}

/// Equal elements keep their order in both directions.
void run(const ArgsortWork& work) {
  const Array &out = work.out, &x = work.x;
  const int dim = work.dim;
  const bool descending = work.descending;
  if (is_half(x.dtype())) return run(ArgsortWork{out, widened(x), dim, descending});
  const int64_t n = x.shape()[dim], step = x.strides()[dim], out_step = out.strides()[dim];
  with_element(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* data = x.data<T>();
    int64_t* result = out.data<int64_t>();
    for_each_line(x, out, dim, [&](int64_t from, int64_t to) {
      std::vector<std::pair<T, int64_t>> line(static_cast<size_t>(n));
      for (int64_t i = 0; i < n; ++i) line[static_cast<size_t>(i)] = {data[from + i * step], i};
      if (descending)
        std::stable_sort(line.begin(), line.end(), [](auto& a, auto& b) { return less(b.first, a.first); });
      else
        std::stable_sort(line.begin(), line.end(), [](auto& a, auto& b) { return less(a.first, b.first); });
      for (int64_t i = 0; i < n; ++i) result[to + i * out_step] = line[static_cast<size_t>(i)].second;
    });
  });
}

}  // namespace lemma::kernels::cpu
