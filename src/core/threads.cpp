#include "lemma/core/threads.h"

#include <atomic>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>

#include "lemma/core/error.h"

#if defined(__linux__)
#include <sched.h>
#endif

namespace lemma {
namespace {

// 0 where the variable is unset. OMP_NUM_THREADS may be a list ("4,2"): its first number counts.
int from_environment(const char* variable, bool strict) {
  const char* text = std::getenv(variable);
  if (!text || !*text) return 0;
  char* end = nullptr;
  const long n = std::strtol(text, &end, 10);
  if (n >= 1 && n <= 4096 && (*end == '\0' || (!strict && *end == ','))) return static_cast<int>(n);
  if (strict)
    throw ValueError(variable, fmt::format("a number of threads was expected, got '{}'; valid: 1 to 4096", text));
  return 0;
}

// Processors that this process may use: containers and taskset often allow fewer than the machine has.
int usable_processors() {
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0) return CPU_COUNT(&allowed);
#endif
  const unsigned n = std::thread::hardware_concurrency();
  return n > 0 ? static_cast<int>(n) : 1;
}

int default_threads() {
  if (const int n = from_environment("LEMMA_NUM_THREADS", true)) return n;
  if (const int n = from_environment("OMP_NUM_THREADS", false)) return n;
  return usable_processors();
}

std::atomic<int>& chosen() {
  static std::atomic<int> threads{default_threads()};
  return threads;
}

}  // namespace

void set_num_threads(int n) {
  if (n < 1) throw ValueError("set_num_threads", fmt::format("at least one thread is needed, got {}", n));
  chosen().store(n, std::memory_order_relaxed);
}

int num_threads() { return chosen().load(std::memory_order_relaxed); }

}  // namespace lemma
