// Parameter updates: one pass over memory a parameter, all parameters' chunks shared among threads.

#include <cmath>
#include <vector>

#include "kernels/cpu/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/optimizer.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/cpu.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/simd_math.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {

/// A vector at i, or the last few elements: `rest` counts them.
template <class D, class T>
HWY_INLINE V<D> load_part(D d, const T* x, size_t rest) {
  return rest >= hn::Lanes(d) ? hn::LoadU(d, x) : load_some(d, x, rest);
}
template <class D, class T>
HWY_INLINE void store_part(D d, V<D> v, T* x, size_t rest) {
  if (rest >= hn::Lanes(d))
    hn::StoreU(v, d, x);
  else
    store_some(d, v, x, rest);
}

/// m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= lr / (1 - b1^t) * m / (sqrt(v / (1 - b2^t)) + eps)
template <class T>
void adam_run(const AdamStep& s, T* p, const T* g, T* m, T* v, size_t n) {
  const hn::ScalableTag<T> d;
  const double t = static_cast<double>(s.step);
  const auto number = [d](double x) HWY_ATTR { return hn::Set(d, static_cast<T>(x)); };
  const auto beta1 = number(s.beta1), beta2 = number(s.beta2), rest1 = number(1 - s.beta1), rest2 = number(1 - s.beta2);
  const auto rate = number(-s.lr / (1 - std::pow(s.beta1, t))), root = number(1 / std::sqrt(1 - std::pow(s.beta2, t)));
  const auto eps = number(s.eps), decay = number(s.weight_decay), shrink = number(1 - s.lr * s.weight_decay);
  const bool coupled = s.weight_decay != 0 && !s.decoupled, decoupled = s.weight_decay != 0 && s.decoupled;
  for (size_t i = 0; i < n; i += hn::Lanes(d)) {
    const size_t rest = n - i;
    auto param = load_part(d, p + i, rest), grad = load_part(d, g + i, rest);
    if (decoupled) param = hn::Mul(param, shrink);
    if (coupled) grad = hn::MulAdd(decay, param, grad);
    const auto mean = hn::MulAdd(beta1, load_part(d, m + i, rest), hn::Mul(rest1, grad));
    const auto square = hn::MulAdd(beta2, load_part(d, v + i, rest), hn::Mul(rest2, hn::Mul(grad, grad)));
    const auto scale = hn::MulAdd(hn::Sqrt(square), root, eps);
    store_part(d, mean, m + i, rest);
    store_part(d, square, v + i, rest);
    store_part(d, hn::MulAdd(rate, hn::Div(mean, scale), param), p + i, rest);
  }
}

/// g += decay p;  b = momentum b + (1 - dampening) g (b = g at first);  p -= lr * (nesterov ? g + momentum b : b)
template <class T>
void sgd_run(const SgdStep& s, T* p, const T* g, T* b, size_t n) {
  const hn::ScalableTag<T> d;
  const auto number = [d](double x) HWY_ATTR { return hn::Set(d, static_cast<T>(x)); };
  const auto rate = number(-s.lr), momentum = number(s.momentum), fresh = number(1 - s.dampening),
             decay = number(s.weight_decay);
  for (size_t i = 0; i < n; i += hn::Lanes(d)) {
    const size_t rest = n - i;
    const auto param = load_part(d, p + i, rest);
    auto grad = load_part(d, g + i, rest);
    if (s.weight_decay != 0) grad = hn::MulAdd(decay, param, grad);
    if (b) {
      const auto held = s.first ? grad : hn::MulAdd(momentum, load_part(d, b + i, rest), hn::Mul(fresh, grad));
      store_part(d, held, b + i, rest);
      grad = s.nesterov ? hn::MulAdd(momentum, held, grad) : held;
    }
    store_part(d, hn::MulAdd(rate, grad, param), p + i, rest);
  }
}

void adam_part(const AdamStep& s, const AdamSlot& slot, int64_t begin, int64_t end) {
  const size_t n = static_cast<size_t>(end - begin);
  if (slot.param.dtype() == DType::float32)
    adam_run(s, slot.param.data<float>() + begin, slot.grad.data<float>() + begin, slot.exp_avg.data<float>() + begin,
             slot.exp_avg_sq.data<float>() + begin, n);
  else
    adam_run(s, slot.param.data<double>() + begin, slot.grad.data<double>() + begin,
             slot.exp_avg.data<double>() + begin, slot.exp_avg_sq.data<double>() + begin, n);
}

void sgd_part(const SgdStep& s, const SgdSlot& slot, int64_t begin, int64_t end) {
  const size_t n = static_cast<size_t>(end - begin);
  const bool moving = s.momentum != 0;
  if (slot.param.dtype() == DType::float32)
    sgd_run(s, slot.param.data<float>() + begin, slot.grad.data<float>() + begin,
            moving ? slot.momentum.data<float>() + begin : nullptr, n);
  else
    sgd_run(s, slot.param.data<double>() + begin, slot.grad.data<double>() + begin,
            moving ? slot.momentum.data<double>() + begin : nullptr, n);
}

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lemma::kernels::cpu {
namespace {

HWY_EXPORT(adam_part);
HWY_EXPORT(sgd_part);

/// Calls part(slot, begin, end) for chunks of every slot; small parameters share a worker's turn.
template <class Slot, class Part>
void for_each_chunk(std::span<const Slot> slots, const Part& part) {
  struct Chunk {
    const Slot* slot;
    int64_t begin, end;
  };
  std::vector<Chunk> chunks;
  for (const Slot& slot : slots) {
    const int64_t n = slot.param.numel();
    for (int64_t begin = 0; begin < n; begin += kGrain) chunks.push_back({&slot, begin, std::min(n, begin + kGrain)});
  }
  parallel_for(static_cast<int64_t>(chunks.size()), 2, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Chunk& c = chunks[static_cast<size_t>(i)];
      part(*c.slot, c.begin, c.end);
    }
  });
}

}  // namespace

/// Requires: all four contiguous, one shape and floating dtype a slot; step >= 1.
void adam(std::span<const AdamSlot> slots, const AdamStep& step) {
  const auto part = HWY_DYNAMIC_DISPATCH(adam_part);
  for_each_chunk(slots, [&](const AdamSlot& slot, int64_t begin, int64_t end) { part(step, slot, begin, end); });
}

/// Requires: as for adam; momentum defined where step.momentum is not 0.
void sgd(std::span<const SgdSlot> slots, const SgdStep& step) {
  const auto part = HWY_DYNAMIC_DISPATCH(sgd_part);
  for_each_chunk(slots, [&](const SgdSlot& slot, int64_t begin, int64_t end) { part(step, slot, begin, end); });
}

}  // namespace lemma::kernels::cpu
#endif  // HWY_ONCE
