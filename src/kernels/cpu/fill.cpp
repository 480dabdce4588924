// Writing numbers that depend on the position alone.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/cpu/cpu.h"
#include "kernels/cpu/parallel.h"

namespace lemma::kernels::cpu {
namespace {

template <class T>
void fill_run(const Array& out, T value) {
  T* y = out.data<T>();
  parallel_for(out.numel(), kGrain, [&](int64_t begin, int64_t end) { std::fill(y + begin, y + end, value); });
}

template <class T>
void arange_run(const Array& out, T start, T step) {
  using Compute =
      std::conditional_t<std::is_integral_v<T>, uint64_t, T>;  // i * step may be beyond int64, the sum is not
  const Compute first = static_cast<Compute>(start), each = static_cast<Compute>(step);
  T* y = out.data<T>();
  parallel_for(out.numel(), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = static_cast<T>(first + static_cast<Compute>(i) * each);
  });
}

}  // namespace

void run(const FillWork& work) {
  const auto& [out, value] = work;
  if (!out.is_contiguous()) {
    const Array one(Shape(), out.dtype());
    run(FillWork{one, value});
    return copy(out, one.expand(out.shape()));
  }
  switch (out.dtype()) {
    case DType::float32:
      return fill_run(out, value.to<float>());
    case DType::float64:
      return fill_run(out, value.to<double>());
    case DType::int64:
      return fill_run(out, value.to<int64_t>());
    case DType::boolean:
      return fill_run(out, value.to<bool>());
    case DType::float16:
      return fill_run(out, float16(value.to<float>()));
    case DType::bfloat16:
      return fill_run(out, bfloat16(value.to<float>()));
  }
}

/// Each element is rounded once, so errors do not add up.
void run(const ArangeWork& work) {
  const auto& [out, start, step] = work;
  if (out.dtype() == DType::float64) return arange_run(out, start.to<double>(), step.to<double>());
  if (out.dtype() == DType::int64 && step.is_whole() && start.is_whole())
    return arange_run(out, start.to<int64_t>(), step.to<int64_t>());
  const Array exact(out.shape(), DType::float64);
  arange_run(exact, start.to<double>(), step.to<double>());
  copy(out, exact);
}

}  // namespace lemma::kernels::cpu
