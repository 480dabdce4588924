#pragma once
// A planted bug: a kernel, or host code around one, with a mistake that people make, and the same without it.

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/emulator/device_array.h"

struct Bug {
  std::string name;
  std::function<void(bool mended)> run;  // throws when something notices
};
using Bugs = std::vector<Bug>;

Bugs races();
Bugs memory_bugs();
Bugs divergence_bugs();
Bugs host_bugs();

// What a test of the numbers notices.
inline void expect(bool right, const std::string& what) {
  if (!right) throw std::runtime_error(what);
}

// The faulty kernel or the mended one: kernels are templates over `mended`.
#define VERSION(kernel) (mended ? kernel<true> : kernel<false>)
