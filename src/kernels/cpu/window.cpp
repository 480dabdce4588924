// The largest element of each window.

#include <algorithm>
#include <bit>
#include <cstdint>
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

constexpr int64_t kBlock = 64;  // windows side by side: their searches do not wait for each other

/// The largest of each of n windows, `step` apart. Written in bits, without branches: which of two numbers is larger is
/// nothing that a processor could guess.
template <class T>
void search_block(const T* data, int64_t step, const std::vector<int64_t>& window, int64_t n, int64_t counted,
                  int64_t counted_step, int64_t* result) {
  using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;
  using Bits = std::conditional_t<std::is_same_v<T, double>, uint64_t, uint32_t>;
  Bits best[kBlock], at[kBlock];
  for (int64_t i = 0; i < n; ++i) best[i] = std::bit_cast<Bits>(static_cast<Wide>(data[i * step])), at[i] = 0;
  for (size_t k = 1; k < window.size(); ++k) {
    const T* const from = data + window[k];
    for (int64_t i = 0; i < n; ++i) {
      const auto candidate = static_cast<Wide>(from[i * step]), held = std::bit_cast<Wide>(best[i]);
      const Bits better = Bits{0} - static_cast<Bits>(!(candidate <= held) & (held == held));  // a NaN is the largest
      best[i] ^= (best[i] ^ std::bit_cast<Bits>(candidate)) & better;
      at[i] ^= (at[i] ^ static_cast<Bits>(k)) & better;
    }
  }
  for (int64_t i = 0; i < n; ++i) result[i] = counted + i * counted_step + window[at[i]];
}

template <class T>
void search(const ArgWindowWork& work) {
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
      for (int64_t first = 0; first < n; first += kBlock)
        search_block(data + first * step, step, window, std::min(kBlock, n - first),
                     walk.offset[1] + first * counted_step, counted_step, result + first);
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
