// Device-side functions: barriers, warp collectives, atomics, intrinsics.
#pragma once

// ---------------------------------------------------------------- barriers
inline void __syncthreads(emulator::Loc l = {}) { emulator::block_barrier(0, nullptr, nullptr, l); }
inline int __syncthreads_count(int p, emulator::Loc l = {}) { return emulator::block_barrier(p, nullptr, nullptr, l); }
inline int __syncthreads_or(int p, emulator::Loc l = {}) { int r; emulator::block_barrier(p, &r, nullptr, l); return r; }
inline int __syncthreads_and(int p, emulator::Loc l = {}) { int r; emulator::block_barrier(p, nullptr, &r, l); return r; }
inline void __threadfence() { std::atomic_thread_fence(std::memory_order_seq_cst); }
inline void __threadfence_block() { std::atomic_thread_fence(std::memory_order_seq_cst); }
inline void __nanosleep(unsigned) { emulator::yield(); }
inline void __trap(emulator::Loc l = {}) { emulator::trap("__trap()", l); }
inline long long clock64() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

// ---------------------------------------------------------------- warp collectives
inline void __syncwarp(unsigned mask = 0xffffffffu, emulator::Loc l = {}) {
  emulator::warp_collective(mask, emulator::Op::syncwarp, &mask, [](unsigned, void* const*) {}, l);
}
namespace emulator {
template <class T> struct ShflArg { T value, out; int src; };  // src < 0: keep own value
template <class T> T shfl(unsigned mask, T v, int src, Loc l) {
  static_assert(std::is_trivially_copyable_v<T> && (sizeof(T) == 4 || sizeof(T) == 8 || sizeof(T) == 2));
  ShflArg<T> a{v, v, src};
  warp_collective(mask, Op::shfl, &a, [](unsigned, void* const* lane) {
    for (int i = 0; i < 32; ++i) {
      auto* me = static_cast<ShflArg<T>*>(lane[i]);
      if (!me || me->src < 0) continue;
      auto* from = static_cast<ShflArg<T>*>(lane[me->src]);
      if (from) me->out = from->value;
      else me->src = -2;  // undefined on the GPU: reported by the lane itself
    }
  }, l);
  if (a.src == -2) trap("shuffle reads a lane that takes no part (its value is undefined)", l);
  return a.out;
}
}  // namespace emulator
template <class T> T __shfl_sync(unsigned m, T v, int src, int width = 32, emulator::Loc l = {}) {
  int lane = emulator::lane_id();
  return emulator::shfl(m, v, (lane & ~(width - 1)) | (src & (width - 1)), l);
}
template <class T> T __shfl_xor_sync(unsigned m, T v, int x, int width = 32, emulator::Loc l = {}) {
  int lane = emulator::lane_id(), src = lane ^ x;
  return emulator::shfl(m, v, src >= (lane & ~(width - 1)) + width ? -1 : src, l);
}
template <class T> T __shfl_down_sync(unsigned m, T v, unsigned d, int width = 32, emulator::Loc l = {}) {
  int lane = emulator::lane_id(), src = lane + static_cast<int>(d);
  return emulator::shfl(m, v, src >= (lane & ~(width - 1)) + width ? -1 : src, l);
}
template <class T> T __shfl_up_sync(unsigned m, T v, unsigned d, int width = 32, emulator::Loc l = {}) {
  int lane = emulator::lane_id(), src = lane - static_cast<int>(d);
  return emulator::shfl(m, v, src < (lane & ~(width - 1)) ? -1 : src, l);
}
namespace emulator {
struct BallotArg { bool pred; unsigned out, mask; };
inline BallotArg ballot(unsigned mask, bool p, Loc l) {
  BallotArg a{p, 0, 0};
  warp_collective(mask, Op::ballot, &a, [](unsigned m, void* const* lane) {
    unsigned r = 0;
    for (int i = 0; i < 32; ++i)
      if (lane[i] && static_cast<BallotArg*>(lane[i])->pred) r |= 1u << i;
    for (int i = 0; i < 32; ++i)
      if (auto* b = static_cast<BallotArg*>(lane[i])) b->out = r, b->mask = m;
  }, l);
  return a;
}
template <class T, class F> T warp_reduce(unsigned mask, T v, F, Loc l) {
  warp_collective(mask, Op::reduce, &v, [](unsigned, void* const* lane) {
    bool first = true;
    T r{};
    for (int i = 0; i < 32; ++i)
      if (lane[i]) r = first ? *static_cast<T*>(lane[i]) : F{}(r, *static_cast<T*>(lane[i])), first = false;
    for (int i = 0; i < 32; ++i)
      if (lane[i]) *static_cast<T*>(lane[i]) = r;
  }, l);
  return v;
}
}  // namespace emulator
inline unsigned __ballot_sync(unsigned m, int p, emulator::Loc l = {}) { return emulator::ballot(m, p, l).out; }
inline int __any_sync(unsigned m, int p, emulator::Loc l = {}) { return emulator::ballot(m, p, l).out != 0; }
inline int __all_sync(unsigned m, int p, emulator::Loc l = {}) { auto a = emulator::ballot(m, p, l); return a.out == a.mask; }
inline unsigned __reduce_add_sync(unsigned m, unsigned v, emulator::Loc l = {}) { return emulator::warp_reduce(m, v, [](unsigned a, unsigned b) { return a + b; }, l); }
inline int __reduce_max_sync(unsigned m, int v, emulator::Loc l = {}) { return emulator::warp_reduce(m, v, [](int a, int b) { return a > b ? a : b; }, l); }

// ---------------------------------------------------------------- atomics (relaxed, as in CUDA)
namespace emulator {
template <class T, class F> T atomic_rmw(T* p, F f) {
  std::atomic_ref<T> a(*p);
  T old = a.load(std::memory_order_relaxed);
  while (!a.compare_exchange_weak(old, f(old), std::memory_order_relaxed)) {}
  return old;
}
}  // namespace emulator
#define EMULATOR_ATOMIC(T)                                                                                       \
  inline T atomicAdd(T* p, T v) { return emulator::atomic_rmw(p, [v](T o) { return static_cast<T>(o + v); }); }  \
  inline T atomicExch(T* p, T v) { return std::atomic_ref<T>(*p).exchange(v, std::memory_order_relaxed); }
#define EMULATOR_ATOMIC_INT(T)                                                                                   \
  inline T atomicMax(T* p, T v) { return emulator::atomic_rmw(p, [v](T o) { return o < v ? v : o; }); }          \
  inline T atomicMin(T* p, T v) { return emulator::atomic_rmw(p, [v](T o) { return v < o ? v : o; }); }          \
  inline T atomicCAS(T* p, T cmp, T v) {                                                                        \
    std::atomic_ref<T>(*p).compare_exchange_strong(cmp, v, std::memory_order_relaxed);                          \
    return cmp;                                                                                                 \
  }
EMULATOR_ATOMIC(int)
EMULATOR_ATOMIC(unsigned)
EMULATOR_ATOMIC(unsigned long long)
EMULATOR_ATOMIC(float)
EMULATOR_ATOMIC(double)
EMULATOR_ATOMIC_INT(int)
EMULATOR_ATOMIC_INT(unsigned)
EMULATOR_ATOMIC_INT(unsigned long long)
#undef EMULATOR_ATOMIC
#undef EMULATOR_ATOMIC_INT

// ---------------------------------------------------------------- loads, bits, conversions, maths
template <class T> T __ldg(const T* p) { return *p; }
template <class T> T __ldcs(const T* p) { return *p; }
template <class T> void __stcs(T* p, T v) { *p = v; }
inline int __popc(unsigned x) { return std::popcount(x); }
inline int __clz(int x) { return std::countl_zero(static_cast<unsigned>(x)); }
inline int __ffs(int x) { return x ? std::countr_zero(static_cast<unsigned>(x)) + 1 : 0; }
inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>((std::uint64_t{a} * b) >> 32); }
inline float __int_as_float(int x) { return std::bit_cast<float>(x); }
inline int __float_as_int(float x) { return std::bit_cast<int>(x); }
inline float __uint_as_float(unsigned x) { return std::bit_cast<float>(x); }
inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
inline int __float2int_rn(float x) { return static_cast<int>(std::nearbyint(x)); }
inline float __uint2float_rn(unsigned x) { return static_cast<float>(x); }
inline float __saturatef(float x) { return x > 0 ? (x < 1 ? x : 1) : 0; }
inline float __fdividef(float a, float b) { return a / b; }
inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __frcp_rn(float x) { return 1.0f / x; }
inline float __fsqrt_rn(float x) { return std::sqrt(x); }
namespace emulator {
inline float rsqrt_(float x) { return 1.0f / std::sqrt(x); }
inline double rsqrt_(double x) { return 1.0 / std::sqrt(x); }
}
// Names that some C library declares too: macros, after <cmath>, so that no declaration can clash.
#define rsqrtf(x) emulator::rsqrt_(static_cast<float>(x))
#define rsqrt(x) emulator::rsqrt_(x)
#define __expf(x) std::exp(static_cast<float>(x))
#define __logf(x) std::log(static_cast<float>(x))
#define __sinf(x) std::sin(static_cast<float>(x))
#define __cosf(x) std::cos(static_cast<float>(x))
#define __powf(x, y) std::pow(static_cast<float>(x), static_cast<float>(y))
template <class T> requires std::is_integral_v<T> constexpr T max(T a, T b) { return a < b ? b : a; }
template <class T> requires std::is_integral_v<T> constexpr T min(T a, T b) { return b < a ? b : a; }
template <class T> requires std::is_floating_point_v<T> T max(T a, T b) { return std::fmax(a, b); }  // as CUDA: the other one, if one is NaN
template <class T> requires std::is_floating_point_v<T> T min(T a, T b) { return std::fmin(a, b); }

// cuda_pipeline.h: the copy happens at the wait, so that a forgotten wait shows.
inline void __pipeline_memcpy_async(void* d, const void* s, std::size_t n, std::size_t = 0) { emulator::async_copy(d, s, n); }
inline void __pipeline_commit() { emulator::async_commit(); }
inline void __pipeline_wait_prior(unsigned n) { emulator::async_wait(n); }
