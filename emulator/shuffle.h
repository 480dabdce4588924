#pragma once
/// Shuffles: a lane reads another lane's value.

#include <type_traits>

#include "emulator/scheduler.h"

namespace emulator {

inline constexpr int kKeepOwn = -1, kNoSuchLane = -2;

template <class T>
struct ShuffleArgument {
  T value, result;
  int from;  // a lane, or kKeepOwn
};

template <class T>
T shuffle(unsigned mask, T value, int from, Loc at) {
  static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8, "shuffles move int, long long, float, double and the like");
  ShuffleArgument<T> mine{value, value, from};
  warp_collective(
      mask, Op::shfl, &mine,
      [](unsigned, void* const* lanes) {
        for (int i = 0; i < 32; ++i) {
          auto* me = static_cast<ShuffleArgument<T>*>(lanes[i]);
          if (!me || me->from == kKeepOwn) continue;
          if (auto* other = static_cast<ShuffleArgument<T>*>(lanes[me->from]))
            me->result = other->value;
          else
            me->from = kNoSuchLane;  // undefined on a GPU; the lane itself reports it
        }
      },
      at);
  if (mine.from == kNoSuchLane) trap("shuffle reads a lane that takes no part, so its value is undefined", at);
  return mine.result;
}

inline int segment(int lane, int width) { return lane & ~(width - 1); }

}  // namespace emulator

template <class T>
T __shfl_sync(unsigned mask, T value, int from, int width = 32, emulator::Loc at = {}) {
  return emulator::shuffle(mask, value, emulator::segment(emulator::lane_id(), width) | (from & (width - 1)), at);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32, emulator::Loc at = {}) {
  const int lane = emulator::lane_id(), from = lane ^ bits;
  const bool outside = from >= emulator::segment(lane, width) + width;
  return emulator::shuffle(mask, value, outside ? emulator::kKeepOwn : from, at);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = 32, emulator::Loc at = {}) {
  const int lane = emulator::lane_id(), from = lane + static_cast<int>(by);
  const bool outside = from >= emulator::segment(lane, width) + width;
  return emulator::shuffle(mask, value, outside ? emulator::kKeepOwn : from, at);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned by, int width = 32, emulator::Loc at = {}) {
  const int lane = emulator::lane_id(), from = lane - static_cast<int>(by);
  return emulator::shuffle(mask, value, from < emulator::segment(lane, width) ? emulator::kKeepOwn : from, at);
}
