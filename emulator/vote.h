#pragma once
/// Votes, matches and sums over a warp.

#include <type_traits>

#include "emulator/scheduler.h"

namespace emulator {

struct Vote {
  bool yes;
  unsigned result, mask;  // lanes that said yes; lanes that were asked
};
inline Vote vote(unsigned mask, bool yes, Loc at) {
  Vote mine{yes, 0, 0};
  warp_collective(
      mask, Op::ballot, &mine,
      [](unsigned asked, void* const* lanes) {
        unsigned result = 0;
        for (int i = 0; i < 32; ++i)
          if (lanes[i] && static_cast<Vote*>(lanes[i])->yes) result |= 1u << i;
        for (int i = 0; i < 32; ++i)
          if (auto* v = static_cast<Vote*>(lanes[i])) v->result = result, v->mask = asked;
      },
      at);
  return mine;
}

template <class T>
struct MatchArgument {
  T value;
  unsigned same, mask;  // lanes with the same value; lanes that were asked
};
template <class T>
MatchArgument<T> match(unsigned mask, T value, Loc at) {
  static_assert(std::is_arithmetic_v<T> && (sizeof(T) == 4 || sizeof(T) == 8));
  MatchArgument<T> mine{value, 0, 0};
  warp_collective(
      mask, Op::match, &mine,
      [](unsigned asked, void* const* lanes) {
        for (int i = 0; i < 32; ++i) {
          auto* a = static_cast<MatchArgument<T>*>(lanes[i]);
          if (!a) continue;
          a->mask = asked;
          for (int j = 0; j < 32; ++j)
            if (lanes[j] && static_cast<MatchArgument<T>*>(lanes[j])->value == a->value) a->same |= 1u << j;
        }
      },
      at);
  return mine;
}

template <class T, class F>
T reduce(unsigned mask, T value, F, Loc at) {
  warp_collective(
      mask, Op::reduce, &value,
      [](unsigned, void* const* lanes) {
        bool first = true;
        T result{};
        for (int i = 0; i < 32; ++i)
          if (lanes[i]) {
            const T v = *static_cast<T*>(lanes[i]);
            result = first ? v : F{}(result, v), first = false;
          }
        for (int i = 0; i < 32; ++i)
          if (lanes[i]) *static_cast<T*>(lanes[i]) = result;
      },
      at);
  return value;
}

}  // namespace emulator

inline void __syncwarp(unsigned mask = 0xffffffffu, emulator::Loc at = {}) {
  emulator::warp_collective(
      mask, emulator::Op::syncwarp, &mask, [](unsigned, void* const*) {}, at);
}
inline unsigned __ballot_sync(unsigned mask, int yes, emulator::Loc at = {}) {
  return emulator::vote(mask, yes, at).result;
}
inline int __any_sync(unsigned mask, int yes, emulator::Loc at = {}) {
  return emulator::vote(mask, yes, at).result != 0;
}
inline int __all_sync(unsigned mask, int yes, emulator::Loc at = {}) {
  const emulator::Vote v = emulator::vote(mask, yes, at);
  return v.result == v.mask;
}
/// CUDA promises only that the caller is in it, and that is all it gets here: code that wants more breaks.
inline unsigned __activemask() { return 1u << emulator::lane_id(); }
template <class T>
unsigned __match_any_sync(unsigned mask, T value, emulator::Loc at = {}) {
  return emulator::match(mask, value, at).same;
}
template <class T>
unsigned __match_all_sync(unsigned mask, T value, int* all, emulator::Loc at = {}) {
  const auto m = emulator::match(mask, value, at);
  *all = m.same == m.mask;
  return *all ? m.mask : 0;
}

#define EMULATOR_REDUCE(T, name, expression)                                       \
  inline T __reduce_##name##_sync(unsigned mask, T value, emulator::Loc at = {}) { \
    return emulator::reduce(                                                       \
        mask, value, [](T a, T b) { return expression; }, at);                     \
  }
EMULATOR_REDUCE(unsigned, add, a + b)
EMULATOR_REDUCE(int, add, static_cast<int>(static_cast<unsigned>(a) + static_cast<unsigned>(b)))
EMULATOR_REDUCE(unsigned, min, a < b ? a : b)
EMULATOR_REDUCE(int, min, a < b ? a : b)
EMULATOR_REDUCE(unsigned, max, a < b ? b : a)
EMULATOR_REDUCE(int, max, a < b ? b : a)
EMULATOR_REDUCE(unsigned, and, a& b)
EMULATOR_REDUCE(unsigned, or, a | b)
EMULATOR_REDUCE(unsigned, xor, a ^ b)
#undef EMULATOR_REDUCE
