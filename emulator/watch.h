#pragma once
/// What would end or hang the whole program without a word: a kernel that runs for ever, or faults.

namespace emulator {

/// From here on a fault in a kernel first names it, the block and the thread. Installed once, at the first launch.
void name_faults();

/// While it lives, this system thread runs a block: one that takes longer than options().timeout seconds fails.
class Watched {
 public:
  Watched();
  ~Watched();
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
};

}  // namespace emulator
