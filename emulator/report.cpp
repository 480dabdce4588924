// What goes wrong, in words.

#include <cstdio>
#include <cstring>

#include "emulator/block.h"

namespace emulator {

std::string text(const uint3& i) {
  return "(" + std::to_string(i.x) + "," + std::to_string(i.y) + "," + std::to_string(i.z) + ")";
}
std::string text(const Loc& at) {
  const char* slash = std::strrchr(at.file, '/');
  return std::string(slash ? slash + 1 : at.file) + ":" + std::to_string(at.line);
}
std::string text(const LaunchConfig& c) {
  return std::string("kernel \"") + c.name + "\" grid " + text(uint3{c.grid.x, c.grid.y, c.grid.z}) + " block " +
         text(uint3{c.block.x, c.block.y, c.block.z}) + " launched at " + text(c.where);
}

void Block::fail(const std::string& why, const Loc* at) {
  error = "emulated device: " + why + "\n  in block " + text(blockIdx) + ", thread " + text(threads[current].index);
  if (at) error += ", at " + text(*at);
}

void Block::stop_after(int seconds) {
  if (fiber == &host) return;
  as_host();
  fail("the block has run for " + std::to_string(seconds) +
           " seconds; does a loop wait for what never comes? (option TIMEOUT)",
       nullptr);
  wait();
}

std::string Block::report() const {
  const auto doing = [this](unsigned t) {
    const auto waits_at = [&](const std::string& what) { return "wait at " + what + ", " + text(waits[t].at); };
    switch (threads[t].state) {
      case State::unborn:
        return std::string("have not begun");
      case State::running:
        return std::string("run");
      case State::ready:
        return std::string("may go on");
      case State::at_barrier:
        return waits_at(waits[t].what);
      case State::in_warp: {
        char mask[24];
        std::snprintf(mask, sizeof(mask), " mask 0x%08x", waits[t].mask);
        return waits_at(waits[t].what + std::string(mask));
      }
      case State::left:
        return std::string("have left the kernel");
    }
    return std::string();
  };
  std::string result;
  for (unsigned a = 0, b = 0; a < count; a = b) {
    const std::string what = doing(a);
    for (b = a + 1; b < count && doing(b) == what;) ++b;
    if (b - a == 1) {
      const std::string singular = what == "run"               ? "runs"
                                   : what.starts_with("have ") ? "has " + what.substr(5)
                                   : what.starts_with("wait ") ? "waits " + what.substr(5)
                                                               : what;
      result += "\n  thread " + std::to_string(a) + ": " + singular;
    } else {
      result += "\n  threads " + std::to_string(a) + ".." + std::to_string(b - 1) + ": " + what;
    }
  }
  return result;
}

void emulator_where() {
  if (!active) {
    std::fprintf(stderr, "no kernel is running here\n");
    return;
  }
  std::fprintf(stderr, "block %s thread %s of %s%s\n", text(blockIdx).c_str(), text(threadIdx).c_str(),
               text(active->launch->config).c_str(), active->report().c_str());
}

}  // namespace emulator
