// The largest element of each window.

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/collapse.h"
#include "kernels/cpu/cpu.h"
#include "kernels/cpu/parallel.h"
#include "kernels/dims_between.h"
#include "lemma/core/error.h"

namespace lemma::kernels::cpu {
namespace {

template <class T>
void search(const ArgWindowWork& work) {
  using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;
  const Array &out = work.out, &x = work.x;
  const int outer = work.outer, inner = work.inner;
  const int middle = x.rank() - inner;
  std::vector<int64_t> window = {0};  // where its elements lie, in order
  for (int d = middle; d < x.rank(); ++d) {
    std::vector<int64_t> finer;
    for (const int64_t at : window)
      for (int64_t i = 0; i < x.shape()[d]; ++i) finer.push_back(at + i * x.strides()[d]);
    window = std::move(finer);
  }
  // Operand 0 is x, operand 1 the part of its offset that counts.
  const Strides strides = dims_between(x.strides(), 0, middle);
  Strides counted = strides;
  for (int d = 0; d < outer; ++d) counted[d] = 0;
  const Collapsed<2> dims = collapse<2>(out.shape(), {&strides, &counted});
  const int64_t n = dims.inner_size(), step = dims.inner_stride(0), counted_step = dims.inner_stride(1);
  const int64_t grain = 1 + kGrain / (4 * n * static_cast<int64_t>(window.size()));
  parallel_for(dims.outer_count(), grain, [&](int64_t begin, int64_t end) {
    OuterWalk<2> walk(dims, begin);
    for (int64_t row = begin; row < end; ++row, walk.next()) {
      const T* const data = x.data<T>() + walk.offset[0];
      int64_t* const result = out.data<int64_t>() + row * n;
      for (int64_t i = 0; i < n; ++i) {
        auto best = static_cast<Wide>(data[i * step]);
        int64_t at = 0;
        for (size_t k = 1; k < window.size(); ++k) {
          const auto candidate = static_cast<Wide>(data[i * step + window[k]]);
          const bool better = (candidate > best || candidate != candidate) && best == best;
          best = better ? candidate : best;
          at = better ? window[k] : at;
        }
        result[i] = walk.offset[1] + i * counted_step + at;
      }
    }
  });
}

}  // namespace

void run(const ArgWindowWork& work) {
  const DType dtype = work.x.dtype();
  switch (dtype) {
    case DType::float32:
      return search<float>(work);
    case DType::float64:
      return search<double>(work);
    case DType::float16:
      return search<float16>(work);
    case DType::bfloat16:
      return search<bfloat16>(work);
    default:
      throw DTypeError("arg_window", std::string("needs a floating dtype, got ") + name(dtype), {dtype});
  }
}

}  // namespace lemma::kernels::cpu
