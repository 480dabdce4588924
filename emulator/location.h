#pragma once

namespace emulator {

/// A place in a source file. As a defaulted last parameter it is the place of the call.
struct Loc {
  const char* file;
  int line;
  constexpr Loc(const char* f = __builtin_FILE(), int l = __builtin_LINE()) : file(f), line(l) {}
};

}  // namespace emulator
