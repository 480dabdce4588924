// Writing numbers that depend on the position alone.

#include <cmath>
#include <cstring>

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
  T* y = out.data<T>();
  parallel_for(out.numel(), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = start + static_cast<T>(i) * step;
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
      return fill_run(out, static_cast<float>(value));
    case DType::float64:
      return fill_run(out, value);
    case DType::int64:
      return fill_run(out, static_cast<int64_t>(value));
    case DType::boolean:
      return fill_run(out, value != 0);
    case DType::float16:
      return fill_run(out, float16(static_cast<float>(value)));
    case DType::bfloat16:
      return fill_run(out, bfloat16(static_cast<float>(value)));
  }
}

/// Each element is rounded once, so errors do not add up.
void run(const ArangeWork& work) {
  const auto& [out, start, step] = work;
  if (out.dtype() == DType::float64) return arange_run(out, start, step);
  if (out.dtype() == DType::int64 && step == std::floor(step) && start == std::floor(start))
    return arange_run(out, static_cast<int64_t>(start), static_cast<int64_t>(step));
  const Array exact(out.shape(), DType::float64);
  arange_run(exact, start, step);
  copy(out, exact);
}

}  // namespace lemma::kernels::cpu
