// Parameter updates by the rules of updates.h: many parameters per launch.

#include "kernels/cuda/many.cuh"

namespace lemma::kernels::cuda {
namespace {

template <class N>
__host__ __device__ N fused(N a, N b, N c) {
  return a * b + c;
}
using std::sqrt;

#define LEMMA_UPDATE_RULE __device__
#include "kernels/updates.h"
#undef LEMMA_UPDATE_RULE

/// A rule, which calculates in float32 or float64, on elements of T.
template <template <class> class Rule, class T>
struct OnElements {
  static constexpr int kArrays = Rule<Wide<T>>::kArrays;
  Rule<Wide<T>> rule;
  __device__ bool reads(int k) const { return rule.reads(static_cast<size_t>(k)); }
  __device__ bool writes(int k) const { return rule.writes(static_cast<size_t>(k)); }
  __device__ void operator()(T (&x)[kArrays]) const {
    Wide<T> wide[kArrays];
    UNROLL for (int k = 0; k < kArrays; ++k) wide[k] = widened(x[k]);
    rule(wide);
    UNROLL for (int k = 0; k < kArrays; ++k) x[k] = static_cast<T>(wide[k]);
  }
};

template <template <class> class Rule, class Step>
void update(const char* name, const UpdateWork<Step>& work) {
  for_each_floating([&](auto type) {
    using T = typename decltype(type)::type;
    using F = OnElements<Rule, T>;
    constexpr int K = F::kArrays;
    std::vector<OfMany<T, K>> tensors;
    for (const UpdateSlot& slot : work.slots) {
      if (slot.param.dtype() != dtype_of<T>() || slot.param.numel() == 0) continue;
      OfMany<T, K> tensor{{slot.param.data<T>(), slot.grad.data<T>()}, slot.param.numel()};
      for (int k = 2; k < K; ++k)
        tensor.data[k] = slot.state[k - 2].defined() ? slot.state[k - 2].template data<T>() : nullptr;
      tensors.push_back(tensor);
    }
    const F f{Rule<Wide<T>>(work.step, [](double x) { return static_cast<Wide<T>>(x); })};
    in_batches(tensors, [&](const Many<T, K>& many, unsigned blocks) {
      launch({name, blocks, kThreads}, update_many<T, K, F>, many, f);
    });
  });
}

}  // namespace

#define LEMMA_RUN(name, text) \
  void run(const name##Work& work) { update<name##Rule>(#text, work); }
LEMMA_FOR_EACH_UPDATE(LEMMA_RUN)
#undef LEMMA_RUN

}  // namespace lemma::kernels::cuda
