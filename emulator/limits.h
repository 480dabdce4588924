#pragma once
/// What a launch may ask for, as on devices of compute capability 9.0.

#include <cstddef>

namespace emulator {

inline constexpr std::size_t kSharedDefault = 48 << 10;  // bytes a block may have without asking
inline constexpr std::size_t kSharedMost = 227 << 10;    // and after cudaFuncSetAttribute
inline constexpr unsigned kThreadsMost = 1024;           // in a block
inline constexpr unsigned kMultiprocessors = 4;          // fixed, or results would depend on the machine

}  // namespace emulator
