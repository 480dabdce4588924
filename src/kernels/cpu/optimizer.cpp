// Parameter updates: one pass over memory per parameter, all parameters' chunks shared among threads.

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/cpu/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/optimizer.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/cpu.h"
#include "kernels/cpu/half.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/simd_math.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {

/// A vector as the rules of updates.h calculate with it.
template <class T>
struct Number {
  using D = hn::ScalableTag<T>;
  V<D> v;
};
template <class T>
HWY_INLINE Number<T> operator*(Number<T> a, Number<T> b) {
  return {hn::Mul(a.v, b.v)};
}
template <class T>
HWY_INLINE Number<T> operator/(Number<T> a, Number<T> b) {
  return {hn::Div(a.v, b.v)};
}
template <class T>
HWY_INLINE Number<T> fused(Number<T> a, Number<T> b, Number<T> c) {
  return {hn::MulAdd(a.v, b.v, c.v)};
}
template <class T>
HWY_INLINE Number<T> sqrt(Number<T> a) {
  return {hn::Sqrt(a.v)};
}

#define LEMMA_UPDATE_RULE HWY_INLINE
#include "kernels/updates.h"
#undef LEMMA_UPDATE_RULE

/// Elements [begin, begin + n) of a slot, in vectors; the last ones in a vector that is not full.
template <template <class> class Rule, class T, class Step>
void update_run(const Step& step, const UpdateSlot& slot, int64_t begin, size_t n) {
  using N = Number<T>;
  constexpr size_t kArrays = Rule<N>::kArrays;
  const typename N::D d;
  const Rule<N> rule(step, [d](double x) HWY_ATTR { return N{hn::Set(d, static_cast<T>(x))}; });
  T* at[kArrays] = {};
  for (size_t k = 0; k < kArrays; ++k) {
    const Array& array = k == 0 ? slot.param : k == 1 ? slot.grad : slot.state[k - 2];
    if (array.defined()) at[k] = array.data<T>() + begin;
  }
  size_t i = 0;
  const size_t lanes = hn::Lanes(d);
  N x[kArrays];
  for (; i + lanes <= n; i += lanes) {
    for (size_t k = 0; k < kArrays; ++k) x[k].v = rule.reads(k) ? hn::LoadU(d, at[k] + i) : hn::Zero(d);
    rule(x);
    for (size_t k = 0; k < kArrays; ++k)
      if (rule.writes(k)) hn::StoreU(x[k].v, d, at[k] + i);
  }
  if (i == n) return;
  for (size_t k = 0; k < kArrays; ++k) x[k].v = rule.reads(k) ? load_some(d, at[k] + i, n - i) : hn::Zero(d);
  rule(x);
  for (size_t k = 0; k < kArrays; ++k)
    if (rule.writes(k)) store_some(d, x[k].v, at[k] + i, n - i);
}

#define LEMMA_PART(name, part)                                                                   \
  void part##_part(const name##Step& step, const UpdateSlot& slot, int64_t begin, int64_t end) { \
    const size_t n = static_cast<size_t>(end - begin);                                           \
    if (slot.param.dtype() == DType::float32)                                                    \
      update_run<name##Rule, float>(step, slot, begin, n);                                       \
    else                                                                                         \
      update_run<name##Rule, double>(step, slot, begin, n);                                      \
  }
LEMMA_FOR_EACH_UPDATE(LEMMA_PART)
#undef LEMMA_PART

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lemma::kernels::cpu {
namespace {

/// Calls part(slot, begin, end) for chunks of every slot; small parameters share a worker's turn. Chunks are counted,
/// not listed: some parameters may have been updated already, and a list could find no memory.
template <class Part>
void for_each_chunk(std::span<const UpdateSlot> slots, const Part& part) {
  const auto chunks_of = [](const UpdateSlot& slot) { return (slot.param.numel() + kGrain - 1) / kGrain; };
  int64_t chunks = 0;
  for (const UpdateSlot& slot : slots) chunks += chunks_of(slot);
  parallel_for(chunks, 2, [&](int64_t begin, int64_t end) {
    int64_t first = 0;  // the slot's first chunk
    for (const UpdateSlot& slot : slots) {
      const int64_t last = first + chunks_of(slot);
      for (int64_t i = std::max(begin, first); i < std::min(end, last); ++i)
        part(slot, (i - first) * kGrain, std::min(slot.param.numel(), (i - first + 1) * kGrain));
      first = last;
    }
  });
}

/// Half types are updated in float32 and rounded once.
class InFloat32 {
 public:
  explicit InFloat32(std::span<const UpdateSlot> slots) : slots_(slots), wide_(slots.begin(), slots.end()) {
    for (UpdateSlot& slot : wide_)
      if (is_half(slot.param.dtype()))
        for (Array* x : {&slot.param, &slot.grad, &slot.state[0], &slot.state[1]})
          if (x->defined()) *x = widened(*x);
  }
  std::span<const UpdateSlot> slots() const { return wide_; }
  void round() const {
    for (size_t i = 0; i < wide_.size(); ++i) {
      if (!is_half(slots_[i].param.dtype())) continue;
      copy(slots_[i].param, wide_[i].param);
      for (size_t k = 0; k < 2; ++k)
        if (slots_[i].state[k].defined()) copy(slots_[i].state[k], wide_[i].state[k]);
    }
  }

 private:
  std::span<const UpdateSlot> slots_;
  std::vector<UpdateSlot> wide_;
};

/// Calls part(slot, begin, end) for all slots.
template <class Part>
void update(std::span<const UpdateSlot> slots, const Part& part) {
  for (const UpdateSlot& slot : slots)
    if (is_half(slot.param.dtype())) {
      const InFloat32 wide(slots);
      for_each_chunk(wide.slots(), part);
      return wide.round();
    }
  for_each_chunk(slots, part);
}

}  // namespace

#define LEMMA_RUN(name, part)                                                                                   \
  HWY_EXPORT(part##_part);                                                                                      \
  void run(const name##Work& work) {                                                                            \
    const auto run_part = HWY_DYNAMIC_DISPATCH(part##_part);                                                    \
    update(work.slots,                                                                                          \
           [&](const UpdateSlot& slot, int64_t begin, int64_t end) { run_part(work.step, slot, begin, end); }); \
  }
LEMMA_FOR_EACH_UPDATE(LEMMA_RUN)
#undef LEMMA_RUN

}  // namespace lemma::kernels::cpu
#endif  // HWY_ONCE
